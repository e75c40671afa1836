import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { registerRun } from '../record/registry.ts';
import { holdAdopted, lockFolder } from './hold-adopted.ts';
import { Place } from './played-run.ts';

let place: Place;
beforeEach(() => {
  place = new Place();
  vi.stubEnv('XDG_STATE_HOME', place.state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  place.remove();
});

/** A plan that adopts what runs at these addresses; nobody does, so that tests side by side have addresses of their own. */
const adopting = (...urls: string[]) =>
  ({
    scenario: 'theirs',
    system: { name: 'shop', services: Object.fromEntries(urls.map((url, i) => [`s${i}`, { url }])) },
  }) as unknown as Plan;

test('an adopted system is in the hands of one run at a time; whoever comes second hears who has it', async () => {
  const first = await holdAdopted(adopting('http://127.91.0.1:8080', 'http://localhost:18082'));
  expect(first.holds).toEqual(['127.0.0.1:18082', '127.91.0.1:8080']);
  // A part of it is enough, whatever it is called.
  await expect(holdAdopted(adopting('http://127.0.0.1:18082', 'http://127.91.0.2'))).rejects.toThrow(
    new RegExp(`^shop \\(127.0.0.1:18082\\) is in the hands of another run: process ${process.pid}, theirs, since .*; one run at a time`),
  );
  const other = await holdAdopted(adopting('http://127.91.0.2'));
  first.release();
  const second = await holdAdopted(adopting('http://127.0.0.1:18082'));
  for (const held of [other, second]) held.release();
  expect(readdirSync(lockFolder()).filter((name) => name.includes('127.91.0') || name.includes('18082'))).toEqual([]);
});

test('a lock of a process that is gone is taken over', async () => {
  const held = await holdAdopted(adopting('http://127.91.1.1:81'));
  held.release();
  const stale = path.join(lockFolder(), `${encodeURIComponent('127.91.1.1:81')}~4194301~7`);
  writeFileSync(stale, 'a run that was killed');
  (await holdAdopted(adopting('http://127.91.1.1:81'))).release();
  rmSync(stale, { force: true });
});

test('a system that a run broke and died over is nobody’s until it is healed', async () => {
  const entry = {
    run: '20261126-000000-theirs-abcdef',
    folder: place.folder,
    pid: 4194301,
    started: '7',
    since: '',
    holds: ['127.91.2.1:80'],
  };
  const dead = registerRun(entry);
  await expect(holdAdopted(adopting('http://127.91.2.1'))).rejects.toThrow(
    /being broken by 20261126-000000-theirs-abcdef, which died and is not healed yet: .* `npx faultline heal 20261126-000000-theirs-abcdef`/,
  );
  dead.remove();
  (await holdAdopted(adopting('http://127.91.2.1'))).release();
});

test('a second run refuses before anything is started, with exit 3', async () => {
  const server = http.createServer((_, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = path.join(place.folder, 'adopts-a-shop.js');
  const text = {
    title: 'What runs already is watched',
    system: { name: 'shop', services: { web: { url, ready: { http: '/' } } } },
    workload: { journeys: { look: { kind: 'read', at: 'web', http: { path: '/' } } } },
    objectives: { rto: { kind: 'rto', within: '2 s', recovers: 'unaided' } },
    watch: '1 s',
  };
  writeFileSync(file, `export default ${JSON.stringify(text)};\n`);
  const held = await holdAdopted(adopting(url));
  try {
    const { code, text: said } = await place.faultline('run', file, '--runtime', 'adopted');
    expect(said).toMatch(new RegExp(`shop \\(127\\.0\\.0\\.1:\\d+\\) is in the hands of another run: process ${process.pid}`));
    expect(said).toMatch(/exit 3: nothing was started/);
    expect(code).toBe(3);
  } finally {
    held.release();
    server.close();
  }
});
