import { expect, test } from 'vitest';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import { loadScenario } from '../run/load.ts';
import { restsOn } from './rests-on.ts';

const policy = Policy.parse(DEFAULT_POLICY);

test('a claim rests on its scenario, system, images, programs, faults, observer and judges; not on how it is run, shown or tested', async () => {
  const scenario = await loadScenario('flood-does-not-keep-users-out');
  const { parts } = await restsOn(scenario, null, 'docker', policy);
  for (const part of [
    'scenarios/ddos-protection-and-caching/flood-does-not-keep-users-out.ts',
    'fixtures/system/edge.ts',
    'fixtures/system/calculator/main.ts',
    'fixtures/images/nginx/Dockerfile',
    'harness/fault/traffic/flood.ts',
    'harness/load/k6.ts',
    'harness/observer/watch.ts',
    'harness/judge/availability.ts',
    'harness/record/folds/episodes.ts',
  ])
    expect(parts).toContain(part);
  const strangers = parts.filter((part) => /\.test\.ts$|^harness\/(cli|report)\/|^harness\/fault\/http\//.test(part));
  expect(strangers).toEqual([]);
});

test('of faults it rests on those that it plays, and their helpers', async () => {
  const { parts } = await restsOn(await loadScenario('database-failover-keeps-acknowledged-orders'), 'cut-off-one-way', 'docker', policy);
  expect(parts.filter((part) => part.startsWith('harness/fault/network/'))).toContain('harness/fault/network/partition.ts');
  expect(parts).not.toContain('harness/fault/network/latency.ts');
  expect(parts).toContain('harness/helpers/beacon.ts');
  // Links are not the faults' own.
  expect(parts).toContain('harness/helpers/tcp-links.ts');
  expect(parts).not.toContain('harness/helpers/sql-session.ts');
});

test('what a program starts by its path is a part of it', async () => {
  const { parts } = await restsOn(await loadScenario('bad-release-is-rolled-back'), 'answers-500', 'docker', policy);
  for (const part of ['supervisor/main.ts', 'releases/forgets-orders.ts', 'api/main.ts', 'api/orders.ts', 'deployer/deployer.ts'])
    expect(parts).toContain(`fixtures/system/${part}`);
});

test('it differs by variant, runtime and promise, and is the same each time', async () => {
  const scenario = await loadScenario('killed-api-server-goes-unnoticed');
  const digest = async (runtime: 'docker' | 'process', hold = '10 s') =>
    (await restsOn(scenario, null, runtime, Policy.parse({ ...DEFAULT_POLICY, hold }))).digest;
  const all = [await digest('docker'), await digest('process'), await digest('docker', '11 s')];
  expect(new Set(all).size).toBe(3);
  expect(await digest('docker')).toBe(all[0]);
  const failover = await loadScenario('database-failover-keeps-acknowledged-orders');
  const kill = (await restsOn(failover, 'kill', 'docker', policy)).digest;
  expect((await restsOn(failover, 'pause', 'docker', policy)).digest).not.toBe(kill);
});
