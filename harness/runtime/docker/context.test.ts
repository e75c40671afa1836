import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../root.ts';
import { type Build, CODE, contextOf, digestOf, PACKAGES } from './context.ts';

let folder = '';
const build = (args: Record<string, string> = {}): Build => ({ context: path.relative(ROOT, folder), args, code: false });

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-context-'));
  writeFileSync(path.join(folder, 'Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('everything that the code in the images imports is in the images', () => {
  const inside = (file: string) => CODE.some((each) => file === each || file.startsWith(`${each}/`));
  const all = CODE.flatMap(sources).flatMap((file) => imports(file).map((name) => ({ file, name })));
  const missing = all.filter(({ file, name }) => {
    if (name.startsWith('node:')) return false;
    return !(name.startsWith('.') ? inside(path.join(path.dirname(file), name)) : PACKAGES.includes(name));
  });
  expect(missing).toEqual([]);
  // The walk itself sees something.
  expect(all).toContainEqual({ file: 'harness/observer/sql-client.ts', name: 'pg' });
  expect(all.length).toBeGreaterThan(40);
});

test('the context of Node services has the binary, the code, and its packages with what those need', async () => {
  writeFileSync(path.join(folder, 'extra'), 'x');
  const context = await contextOf({ ...build(), code: true }, process.arch);
  try {
    const app = (...parts: string[]) => existsSync(path.join(context.folder, 'app', ...parts));
    expect(readdirSync(context.folder).sort()).toEqual(['Dockerfile', 'app', 'extra', 'node']);
    expect(app('harness', 'observer', 'main.ts')).toBe(true);
    for (const name of ['pg', 'pg-protocol', 'split2', 'zod']) expect(app('node_modules', name, 'package.json')).toBe(true);
    expect(app('node_modules', 'vitest')).toBe(false);
    const tests = readdirSync(path.join(context.folder, 'app', 'harness'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.test.ts'),
    );
    expect(tests).toEqual([]);
  } finally {
    context.remove();
  }
  context.remove();
  expect(existsSync(context.folder)).toBe(false);
});

test('the digest follows content, name, mode and arguments, and not the order of arguments', () => {
  const before = digestOf(build({ a: '1', b: '2' }));
  expect(digestOf(build({ b: '2', a: '1' }))).toBe(before);
  expect(digestOf(build({ a: '1', b: '3' }))).not.toBe(before);
  writeFileSync(path.join(folder, 'entrypoint'), 'exec true\n', { mode: 0o644 });
  const plain = digestOf(build({ a: '1', b: '2' }));
  expect(plain).not.toBe(before);
  rmSync(path.join(folder, 'entrypoint'));
  writeFileSync(path.join(folder, 'entrypoint'), 'exec true\n', { mode: 0o755 });
  expect(digestOf(build({ a: '1', b: '2' }))).not.toBe(plain);
});

test('what has to be fetched is fetched before the build; a fetch that fails says what it said', async () => {
  const fetch = (text: string) => writeFileSync(path.join(folder, 'fetch'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  fetch('echo got > wheel.whl');
  const context = await contextOf(build(), process.arch);
  expect(readFileSync(path.join(context.folder, 'wheel.whl'), 'utf8')).toBe('got\n');
  fetch('echo "no such wheel" >&2; exit 1');
  await expect(contextOf(build(), process.arch)).rejects.toThrow(/fetch could not get what the image needs: no such wheel; run it by hand/);
});

test('a folder without a Dockerfile is named', async () => {
  await expect(contextOf({ context: 'fixtures/nowhere', args: {}, code: false }, process.arch)).rejects.toThrow(
    'there is no Dockerfile in fixtures/nowhere',
  );
});

function sources(place: string): readonly string[] {
  if (!existsSync(path.join(ROOT, place)) || !/\.ts$|\/[^.]+$/.test(place)) return [];
  if (place.endsWith('.ts')) return [place];
  return readdirSync(path.join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(file))
    .map((file) => path.join(place, file));
}

/** What a file imports when it runs: imports of types alone leave no trace. */
function imports(file: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)'|\b(?:import|require)\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}
