import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Closure } from './closure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'faultline-closure-'));
  write({
    'a.ts':
      "import { b } from './b.ts';\nexport { later } from './c.ts';\nimport type { T } from './types.ts';\nexport const a = (x: T): string => b(x);\n",
    'b.ts':
      "import 'node:fs';\nimport { c } from 'some-package/deep';\nexport * from './c.ts';\nexport const b = (x: unknown) => String(c(x));\n",
    'c.ts': "import { FORMAT } from './harness/model/plan.ts';\nexport const later = () => FORMAT && import('./d.ts');\n",
    'harness/model/plan.ts': "import { z } from 'zod';\nexport const FORMAT = 1;\nexport const Plan = z.string();\n",
    'd.ts': "import './a.ts';\nexport const d = 1;\n",
    'types.ts': 'export type T = number;\n',
    'other.ts': 'export const other = 1;\n',
    'image/Dockerfile': 'FROM scratch\n',
    'image/app/run.sh': 'true\n',
    'node_modules/some-package/package.json': '{ "version": "1.2.3" }',
    'node_modules/zod/package.json': '{ "version": "4.0.0" }',
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

function text(name: string): string {
  return readFileSync(path.join(root, name), 'utf8');
}

async function closure(): Promise<Closure> {
  const made = new Closure(root);
  await made.addModule(path.join(root, 'a.ts'));
  made.addFolder(path.join(root, 'image'), (name) => name.endsWith('.sh'));
  return made;
}

test('all that is imported, in circles and when it runs too, packages by version; not types, not what nobody imports', async () => {
  expect((await closure()).parts).toEqual([
    'a.ts',
    'b.ts',
    'c.ts',
    'd.ts',
    'harness/model/plan.ts',
    'image/Dockerfile',
    'some-package@1.2.3',
    'zod@4.0.0',
  ]);
});

test('a program that another starts by its path is a part of it, and what that one starts; as a module it is what it imports', async () => {
  write({
    'system/keeper.ts': "export const argv = ['node', 'system/kept.ts'];\n",
    'system/kept.ts': "import '../c.ts';\nexport const next = 'system/next.js';\nexport const none = 'system/none.ts';\n",
    'system/next.js': 'export const n = 1;\n',
  });
  const program = new Closure(root);
  await program.addProgram(path.join(root, 'system/keeper.ts'));
  expect(program.parts.filter((part) => part.startsWith('system/'))).toEqual(['system/keeper.ts', 'system/kept.ts', 'system/next.js']);
  expect(program.parts).toContain('c.ts');
  const module = new Closure(root);
  await module.addModule(path.join(root, 'system/keeper.ts'));
  expect(module.parts).toEqual(['system/keeper.ts']);
});

test('the digest changes with what each part does, with a version, and with nothing else', async () => {
  const digest = async () => (await closure()).digest();
  const seen = [await digest()];
  expect(seen[0]).toMatch(/^[0-9a-f]{64}$/);
  const nothing: readonly Record<string, string>[] = [
    { 'other.ts': 'export const other = 2;\n', 'image/app/run.sh': 'false\n' },
    { 'types.ts': 'export type T = string;\n' },
    {
      'c.ts': text('c.ts').replace('=> FORMAT', ': Promise<unknown> =>\n  // said in other words\n  FORMAT').concat('const unused = 1;\n'),
    },
    { 'harness/model/plan.ts': text('harness/model/plan.ts').concat('export const Faults = z.array(Plan.optional()).min(1);\n') },
  ];
  for (const change of nothing) {
    write(change);
    expect(await digest()).toBe(seen[0]);
  }
  const changes: readonly Record<string, string>[] = [
    { 'd.ts': "import './a.ts';\nexport const d = 2;\n" },
    { 'harness/model/plan.ts': text('harness/model/plan.ts').replace('FORMAT = 1', 'FORMAT = 2') },
    { 'c.ts': text('c.ts').replace('const unused = 1', 'console.log(1)') },
    { 'image/Dockerfile': 'FROM other\n' },
    { 'node_modules/some-package/package.json': '{ "version": "1.2.4" }' },
    { 'image/more': '' },
  ];
  for (const change of changes) {
    write(change);
    seen.push(await digest());
  }
  seen.push(await (await closure()).digest(['a plan']));
  expect(new Set(seen).size).toBe(seen.length);
  const made = await closure();
  expect(await made.digest(['ab', 'c'])).not.toBe(await made.digest(['a', 'bc']));
});

test('an import that leads nowhere is an error with both names', async () => {
  write({ 'c.ts': "import './gone.ts';\n" });
  await expect(closure()).rejects.toThrow('c.ts imports ./gone.ts, which is not there');
  write({ 'c.ts': "import 'not-installed';\n" });
  await expect(closure()).rejects.toThrow('c.ts imports not-installed, which is not installed');
});
