import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';

/**
 * Preloaded in a service whose coverage is wanted (`--import`), which writes it into NODE_V8_COVERAGE. V8 writes at an orderly exit only, and a service that a fault kills never comes to it: so whoever breaks
 * the service lays a file `flush-LABEL` there first, and what was executed since the last time is in `LABEL-<life>-<n>.json` when `done-LABEL-<life>` is there. `alive-<life>` says who lives; a life is
 * a process id and a moment, since a container that starts again counts its processes anew.
 */
const LOOKS_EVERY_MS = 25;

const folder = process.env['NODE_V8_COVERAGE'] ?? '';
if (folder !== '') {
  mkdirSync(folder, { recursive: true });
  const life = `${process.pid}.${Date.now()}`;
  const here = () => readdirSync(folder);
  // Who had this number before is gone.
  for (const name of here())
    if (name.startsWith(`alive-${process.pid}.`)) renameSync(path.join(folder, name), path.join(folder, name.replace('alive-', 'ended-')));
  const done = new Set(here().filter((name) => name.startsWith('flush-')));
  writeFileSync(path.join(folder, `alive-${life}`), '');

  const look = () => {
    for (const name of here().filter((each) => each.startsWith('flush-') && !done.has(each))) {
      done.add(name);
      const label = name.slice('flush-'.length);
      v8.takeCoverage();
      let n = 0;
      for (const file of here())
        if (file.startsWith(`coverage-${process.pid}-`))
          renameSync(path.join(folder, file), path.join(folder, `${label}-${life}-${n++}.json`));
      writeFileSync(path.join(folder, `done-${label}-${life}`), '');
    }
  };
  setInterval(() => {
    // The folder may be taken away under a service that ends.
    if (existsSync(folder)) look();
  }, LOOKS_EVERY_MS).unref();
}
