import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Executed, Instance } from '../model/runtime.ts';
import { Collected } from './collect.ts';
import { measure, NoCoverage, subjectOf } from './measure.ts';

const HOOK = pathToFileURL(path.join(import.meta.dirname, 'hook.ts')).href;
const SERVICE = `
import http from 'node:http';
const once = () => { calls.push('first'); };
const calls: string[] = [];
http.createServer((request, response) => {
  if (request.url === '/first') once();
  else if (request.url === '/end') process.exit(0);
  else {
    try { throw new Error('planted'); } catch { calls.push('caught'); }
  }
  response.end();
}).listen(0, '127.0.0.1', function () { console.log((this.address() as { port: number }).port); });
`;

let root: string;
let told: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'faultline-hook-'));
  told = path.join(root, 'told');
  writeFileSync(path.join(root, 'service.ts'), SERVICE);
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(root, { recursive: true, force: true });
});

async function started(hooked = true): Promise<{ child: ChildProcess; ask: (what: string) => Promise<unknown> }> {
  const child = spawn(process.execPath, [...(hooked ? ['--import', HOOK] : []), path.join(root, 'service.ts')], {
    env: { ...process.env, ...(hooked ? { NODE_V8_COVERAGE: told } : {}), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const port = await new Promise<string>((resolve) => child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim())));
  return { child, ask: (what) => fetch(`http://127.0.0.1:${port}${what}`).catch(() => undefined) };
}

/** A service as the harness sees one: what is run inside it runs here. */
function instance(): Instance {
  const exec = (argv: readonly string[]): Promise<Executed> =>
    new Promise((resolve) => {
      const [program = '', ...words] = argv;
      const child = spawn(program, words, { env: { ...process.env, FAULTLINE_COVERAGE: told } });
      let stdout = '';
      child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr: '' }));
    });
  return { name: 'service', exec } as unknown as Instance;
}
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

test('what was executed is told phase by phase, and of a killed one what it did last is lost, and said so', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  const { child, ask } = await started();
  await collected.flush('up', [instance()]);
  await ask('/first');
  await collected.flush('baseline', [instance()]);
  await ask('/wrong');
  await collected.flush('fault', [instance()]);
  await ask('/first');
  child.kill('SIGKILL');
  await ended(child);
  await collected.flush('recovery', [instance()]);
  await collected.gather([instance()]);
  expect(collected.lost).toEqual([
    { service: 'service', phase: 'recovery', why: 'a process of it was killed: what it did since the end of fault is lost' },
  ]);
  const { 'service.ts': file } = await measure(path.join(root, 'coverage'), await subjectOf(['service.ts'], root), root);
  const line = (text: string) => SERVICE.split('\n').findIndex((each) => each.includes(text)) + 1;
  expect(file?.handlers.map(({ line: at, what, hit }) => [at, what, hit])).toEqual([[line('planted'), 'catch', ['fault']]]);
  const arm = (at: number, what: string) => file?.branches.find((branch) => branch.line === at && branch.what === what)?.hit;
  expect(arm(line('/first'), 'if')).toEqual(['baseline']);
  expect(arm(line('/end'), 'if')).toEqual([]);
  expect(arm(line('/end'), 'else')).toEqual(['fault']);
  expect(file?.hit.up).toMatch(/^1-5\b/);
});

test('a process that ends orderly tells the rest, which belongs to the phase that ends next; the next life has its own', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  const first = await started();
  await collected.flush('up', [instance()]);
  await collected.flush('baseline', [instance()]);
  await first.ask('/wrong');
  void first.ask('/end');
  await ended(first.child);
  const second = await started();
  await collected.flush('fault', [instance()]);
  await second.ask('/first');
  await collected.flush('recovery', [instance()]);
  await collected.gather([instance()]);
  expect(collected.lost).toEqual([]);
  const { 'service.ts': file } = await measure(path.join(root, 'coverage'), await subjectOf(['service.ts'], root), root);
  expect(file?.handlers[0]?.hit).toEqual(['fault']);
  expect(file?.branches.find(({ what }) => what === 'if')?.hit).toEqual(['recovery']);
});

test('a service without the hook is named, and nothing at all is none, not 0 %', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  await started(false);
  await collected.flush('up', [instance()]);
  expect(collected.lost).toEqual([{ service: 'service', phase: 'up', why: 'it never told anything: its hook is not there' }]);
  await collected.gather([instance()]);
  await expect(measure(path.join(root, 'coverage'), await subjectOf(['service.ts'], root), root)).rejects.toThrow(NoCoverage);
});

test('a wrong root is found: what was covered is none of the files', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  await started();
  await collected.flush('up', [instance()]);
  await collected.gather([instance()]);
  const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'faultline-elsewhere-'));
  writeFileSync(path.join(elsewhere, 'service.ts'), SERVICE);
  const wrong = measure(path.join(root, 'coverage'), ['service.ts'], elsewhere);
  await expect(wrong).rejects.toThrow(/the root is wrong, it was taken for/);
  rmSync(elsewhere, { recursive: true, force: true });
  expect(readdirSync(path.join(root, 'coverage/up')).length).toBeGreaterThan(0);
  expect(readFileSync(path.join(root, 'coverage/up', readdirSync(path.join(root, 'coverage/up'))[0] ?? ''), 'utf8')).toContain(
    'service.ts',
  );
});

test('two processes of one program: what one of them ran when it began is not taken away by the other, which began long before', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  await started();
  await collected.flush('up', [instance()]);
  await collected.flush('baseline', [instance()]);
  await started();
  await collected.flush('fault', [instance()]);
  await collected.gather([instance()]);
  const { 'service.ts': file } = await measure(path.join(root, 'coverage'), await subjectOf(['service.ts'], root), root);
  expect(file?.hit.baseline).toBe('');
  expect(file?.hit.fault).toMatch(/^1-5\b/);
});

test('a name that is a path, or more than a name, is not taken', async () => {
  const collected = new Collected(path.join(root, 'coverage'));
  await started();
  await collected.flush('up', [instance()]);
  for (const name of ['up-a b.json', 'up-\\0057..\\0057..\\0057x.json', 'up-\ngone 1.2.json', 'late.info'])
    writeFileSync(path.join(told, name), '{}');
  await collected.gather([instance()]);
  expect(readdirSync(path.join(root, 'coverage/up')).every((name) => /^service-up-\d+\.\d+-\d+\.json$/.test(name))).toBe(true);
  expect(collected.lost.map(({ why }) => why)).toEqual([expect.stringMatching(/^late\.info says nothing of its phase/)]);
});
