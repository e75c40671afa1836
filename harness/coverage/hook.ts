import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded in a service whose coverage is wanted (`--import`), which writes it into NODE_V8_COVERAGE. V8 writes at an orderly exit only, and a service that a fault kills never comes to it: so whoever breaks
 * the service lays a file `flush-LABEL` there first, and what was executed since the last time is in `LABEL-<life>-<n>.json` when `done-LABEL-<life>` is there. `alive-<life>` says who lives; a life is
 * a process id and a moment, since a container that starts again counts its processes anew.
 */
const LOOKS_EVERY_MS = 25;

const folder = process.env['NODE_V8_COVERAGE'] ?? '';
// A worker shares its process's coverage.
if (folder !== '' && isMainThread) {
  mkdirSync(folder, { recursive: true });
  const life = `${process.pid}.${Date.now()}`;
  const here = () => readdirSync(folder);
  const rename = (name: string, to: string) => renameSync(path.join(folder, name), path.join(folder, to));
  // Who had this number before is gone; what it told at its exit keeps its name, and not ours.
  for (const before of here().filter((name) => name.startsWith(`alive-${process.pid}.`))) {
    const old = before.slice('alive-'.length);
    for (const name of here().filter((each) => each.startsWith(`coverage-${process.pid}-`))) rename(name, `exit-${old}-${name}`);
    rename(before, `ended-${old}`);
  }
  const done = new Set(here().filter((name) => name.startsWith('flush-')));
  writeFileSync(path.join(folder, `alive-${life}`), '');

  const look = () => {
    for (const name of here().filter((each) => each.startsWith('flush-') && !done.has(each))) {
      const label = name.slice('flush-'.length);
      v8.takeCoverage();
      let n = 0;
      for (const file of here()) if (file.startsWith(`coverage-${process.pid}-`)) rename(file, `${label}-${life}-${n++}.json`);
      writeFileSync(path.join(folder, `done-${label}-${life}`), '');
      done.add(name);
    }
  };
  setInterval(() => {
    try {
      look();
    } catch {
      // No file handle left, a disk that is full, a folder that is gone: the service must not feel that somebody looks. Asked again at the next look.
    }
  }, LOOKS_EVERY_MS).unref();
}
