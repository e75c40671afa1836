import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import stub from '../../fixtures/scenarios/paused-stub.ts';
import type { TimelineEvent } from '../model/event.ts';
import type { ScenarioText } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { processesTagged } from '../runtime/process/tree.ts';
import { Place } from './played-run.ts';

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** Nobody thaws it: only an abort ends this before its window of half a minute is over. */
const freeze = { fault: 'pause', target: 'one', at: '300 ms' } as const;

describe('an abort guard that trips heals, settles, and comes to nothing', () => {
  test.each<[string, ScenarioText['abort'], RegExp]>([
    [
      'an error budget in operations',
      { error_budget: { operations: 15, within: '2 s' } },
      /\d+ of \d+ operations within the last .* were bad, more than 15/,
    ],
    [
      'an error budget as a share',
      { error_budget: { share: '10 %', within: '1 s' } },
      /\d+ of \d+ operations within the last .* were bad, more than 10 %/,
    ],
    ['a service that must answer', { must_answer: ['two'] }, /two must answer, and did not: /],
    ['a limit in time', { after: '2 s' }, /the disturbance has lasted 2\.\d s, longer than 2 s/],
  ])(
    '%s',
    async (_, abort, why) => {
      const { code, verdict, events } = await played({
        abort,
        // Whoever must answer may not be a target: it is hit by what carries a label.
        ...(abort?.must_answer === undefined
          ? { faults: { freeze } }
          : { faults: { freeze: { ...freeze, target: { label: { zone: 'a' } } } } }),
      });
      expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'aborted', exit_code: 2 });
      expect(verdict.because).toMatch(why);
      expect(code).toBe(2);
      // Not `healed_s`: one of two may not have been seen dead yet when the other one's silence trips the guard.
      expect(events.some((event) => event.k === 'fault' && event.state === 'healed')).toBe(true);
      const phases = events.flatMap((event) => (event.k === 'phase' ? [event.phase] : []));
      expect(phases.slice(-4)).toEqual(['heal', 'settle', 'collect', 'down']);
      expect(events.some((event) => event.k === 'cut' && event.by === 'aborted')).toBe(true);
    },
    120_000,
  );
});

test('a guard that does not trip changes nothing of what a run comes to', async () => {
  const { verdict } = await played({
    abort: { error_budget: { share: '100 %', within: '1 s' }, after: '10 min', must_answer: ['two'] },
    watch: '1 s',
  });
  expect(verdict.reason).not.toBe('aborted');
  expect(verdict.faults[0]?.confirmed).toBe(true);
}, 120_000);

test('a service that must answer and is a target is a mistake, told with its place', async () => {
  const file = written({ abort: { must_answer: ['one', 'tow'] }, faults: { freeze } });
  const { code, text } = await place.faultline('plan', file, '--runtime', 'process');
  expect(text).toMatch(/abort\.must_answer: one must answer, and faults\.freeze breaks it/);
  expect(text).toMatch(/abort\.must_answer: there is no service "tow".*two/);
  expect(code).toBe(3);
});

test('a fault that cannot be made ready ends the disturbance at once: what was due after it is never broken', async () => {
  const [one, two] = [stub.system.services['one'], stub.system.services['two']] as const;
  if (one === undefined || two === undefined) throw new Error('there are no stubs');
  const { code, verdict, events } = await played({
    // A service that is asked nothing but a connection cannot be seen to have none left.
    system: { ...stub.system, services: { one, two: { ...two, ready: { tcp: true, port: 'http' } } } },
    faults: {
      freeze,
      taken: { fault: 'connections', target: 'two', on: { event: { dead: 'one' }, by: '0 s' } },
      late: { fault: 'pause', target: 'two', at: '25 s' },
    },
  });
  expect(verdict.outcome).toBe('inconclusive');
  expect(verdict.because).toMatch(/two has no `ready` by HTTP or SQL/);
  expect(code).toBe(3);
  const deeds = events.flatMap((event) => (event.k === 'fault' ? [`${event.fault} ${event.state}`] : []));
  expect(deeds).not.toContain('late command');
}, 120_000);

test('an observer that is frozen, and not dead, keeps nobody from healing', async () => {
  const run = place.run([written({ faults: { freeze: { ...freeze, heal: { after: '1 s' } } }, watch: '3 s' }), '--runtime', 'process']);
  await run.said(/freeze .* confirmed/);
  const observer = processesTagged(place.token()).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('observer/main'));
  process.kill(observer?.pid ?? 0, 'SIGSTOP');
  await run.said(/freeze .* healed/);
  expect(await run.exit).not.toBe(0);
  expect(processesTagged(place.token())).toEqual([]);
}, 120_000);

function written(more: Partial<ScenarioText>): string {
  const file = path.join(place.folder, 'guarded-stub.js');
  const system = structuredClone(stub.system);
  for (const service of Object.values(system.services)) service.labels = { zone: 'a' };
  writeFileSync(file, `export default ${JSON.stringify({ ...stub, system, watch: '30 s', ...more })};\n`);
  return file;
}

async function played(more: Partial<ScenarioText>): Promise<{ code: number; verdict: Verdict; events: readonly TimelineEvent[] }> {
  const run = place.run([written(more), '--runtime', 'process']);
  const code = await run.exit;
  const read = (name: string) => readFileSync(path.join(place.runFolder(), name), 'utf8');
  const events = read('timeline.jsonl')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"k":"op"'))
    .map((line) => JSON.parse(line) as TimelineEvent);
  return { code: code ?? -1, verdict: JSON.parse(read('verdict.json')) as Verdict, events };
}
