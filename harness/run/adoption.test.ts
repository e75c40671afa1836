import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import { loadScenario } from './load.ts';
import { makePlan, planBytes } from './plan.ts';
import { deedsOf, wouldTouch } from './would-touch.ts';

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-adoption-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const SHOP = {
  compose: 'My_Shop',
  may_touch: ['db'],
  services: {
    web: { ports: { http: 80 }, ready: { http: '/' }, zone: 'a' },
    db: {
      service: 'postgres',
      ports: { sql: 5432 },
      ready: { sql: 'select 1', login: { user: 'me', password: '${env:PW}', database: 'shop' } },
      role: 'database',
      labels: { region: 'x' },
    },
  },
  journeys: { visit: { kind: 'read', at: 'web', http: { path: '/' }, deadline: '200 ms' } },
};

/** A scenario that adopts a mapping file with this text, loaded. */
async function load(mapping: unknown, more = '') {
  const name = `m${Math.random().toString(36).slice(2)}`;
  writeFileSync(path.join(place, `${name}.json`), typeof mapping === 'string' ? mapping : JSON.stringify(mapping));
  const file = path.join(place, `${name}.js`);
  writeFileSync(file, `export default { title: 't', adopt: '${name}.json', ${more} objectives: { rto: { kind: 'rto', within: '5 s' } } };`);
  return await loadScenario(file);
}

test('a mapping becomes the system and the first journeys; zone and role are labels; the plan keeps names of credentials', async () => {
  const scenario = await load(SHOP, `workload: { journeys: { more: { kind: 'read', at: 'web', http: { path: '/more' } } } },`);
  expect(scenario.system).toMatchObject({
    name: 'my-shop',
    compose: { project: 'My_Shop', observe: 'inside' },
    services: { web: { labels: { zone: 'a' } }, db: { service: 'postgres', labels: { role: 'database', region: 'x' } } },
  });
  expect(Object.keys(scenario.workload.journeys)).toEqual(['visit', 'more']);
  expect(scenario.workload.journeys['visit']?.deadline).toBe(0.2);
  const plan = makePlan(scenario, { variant: null, sabotage: null, runtime: 'compose', seed: 1, policy: Policy.parse(DEFAULT_POLICY) });
  expect(planBytes(plan)).toContain('${env:PW}');
});

test('of addresses, plan shows what is put under load, what is broken by whom, and that nothing is removed', async () => {
  const scenario = await load(
    { services: { web: { url: 'http://127.0.0.1:8080', ready: { http: '/' } } }, journeys: SHOP.journeys },
    `faults: { pull: { fault: 'by-hand', target: 'web', do: 'pull the plug', undo: 'put it back', at: '1 s' } },`,
  );
  const plan = makePlan(scenario, { variant: null, sabotage: null, runtime: 'adopted', seed: 1, policy: Policy.parse(DEFAULT_POLICY) });
  expect(await wouldTouch(plan)).toMatchInlineSnapshot(`
    [
      "  adopts what runs at these addresses:",
      "    web: http://127.0.0.1:8080, under load and read back; never started, stopped or removed",
      "  pull on web: a person breaks it, and repairs it",
      "    undone by the person, who is asked to",
      "    seen by the target's ready probe, asked by the observer",
    ]
  `);
});

test('of a change that nothing takes back, plan says that it stays', async () => {
  const scenario = await load(
    SHOP,
    `faults: { spoil: { fault: 'statement', target: 'db', text: 'delete from orders', seen: 'not exists (select from orders)', at: '1 s' } },`,
  );
  const plan = makePlan(scenario, { variant: null, sabotage: null, runtime: 'compose', seed: 1, policy: Policy.parse(DEFAULT_POLICY) });
  const lines = plan.faults.flatMap((fault) => deedsOf(fault, null));
  expect(lines).toContain('    STAYS: undone by nothing: getting back what it damaged is the business of the system');
  expect(lines.join('\n')).not.toContain('goes back to the state found');
});

test.each([
  ['no JSON', '{', /\.json cannot be read as a mapping: /],
  ['a key that is misspelt', { ...SHOP, may_tuch: [] }, /is no mapping:\n {2}may_tuch: unknown key "may_tuch"; did you mean "may_touch"\?/],
  ['no may_touch', { ...SHOP, may_touch: undefined }, /may_touch: say which services may be broken, for example `may_touch: \['web'\]`/],
  ['may_touch of nobody', { ...SHOP, may_touch: ['dbb'] }, /may_touch: there is no service "dbb"; did you mean "db"\?/],
])('a mapping with %s is answered with its place', async (_, mapping, said) => {
  await expect(load(mapping)).rejects.toThrow(said);
});

test('a scenario that adopts and describes a system, a file that is not there, a sabotage', async () => {
  await expect(load(SHOP, 'system: {},')).rejects.toThrow(/has both `adopt` and `system`/);
  await expect(
    load(SHOP, `sabotages: [{ name: 'x', title: 'x', objective: 'rto', reason: 'rto.over', change: { services: { web: {} } } }],`),
  ).rejects.toThrow(/sabotages: an adopted system is not ours to weaken/);
  const file = path.join(place, 'none.js');
  writeFileSync(file, `export default { title: 't', adopt: 'nothing.ts', objectives: {} };`);
  await expect(loadScenario(file)).rejects.toThrow(/adopts .*nothing\.ts, and there is no such file/);
});
