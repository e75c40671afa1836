import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN_WITHIN_MS, verdictOf } from '../../fixtures/real-run.ts';
import { describeNeeding } from '../faces/needs.ts';
import type { TimelineEvent } from '../model/event.ts';
import type { Verdict } from '../model/verdict.ts';
import { readPlan } from '../record/recording.ts';

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-side-by-side-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

await describeNeeding('docker', 'two systems side by side', () => {
  test(
    'ten faults upon one: the other answers every single request well meanwhile',
    async () => {
      const names = ['much-is-broken', 'nothing-is-broken'];
      const [broken, alone] = (await Promise.all(
        names.map((name) => verdictOf(place, `fixtures/scenarios/${name}.ts`, '--runtime', 'docker')),
      )) as [Verdict, Verdict];
      expect(
        broken.faults.map(({ name, confirmed, healed_s }) => ({ name, confirmed, healed: healed_s !== null })),
        broken.because,
      ).toEqual(
        ['kill', 'freeze', 'cut', 'unplug', 'isolate', 'lose', 'refuse', 'starve', 'hole', 'down'].map((name) => ({
          name,
          confirmed: true,
          healed: true,
        })),
      );
      // All of it fell into the time for which the other is judged.
      const [theirs, ours] = [whenOf(broken), whenOf(alone)];
      const judged_s = readPlan(path.join(place, alone.run.id)).window_s;
      for (const { name, took_effect_s, healed_s } of broken.faults) {
        expect(theirs.began_s + (took_effect_s?.[0] ?? Number.NaN), name).toBeGreaterThan(ours.disturbed_s);
        expect(theirs.began_s + (healed_s?.[1] ?? Number.NaN), name).toBeLessThan(ours.disturbed_s + judged_s);
      }
      // What the harness could not see is no answer that was bad.
      expect(alone.availability.map(({ journey, upper }) => ({ journey, upper }))).toEqual(
        ['one', 'two', 'three'].map((journey) => ({ journey, upper: 1 })),
      );
      for (const { lower, scheduled } of alone.availability) {
        expect(scheduled).toBeGreaterThan(2000);
        expect(lower).toBeGreaterThan(0.98);
      }
      expect(alone.episodes).toEqual([]);
    },
    RUN_WITHIN_MS,
  );
});

/** When a run's clock began, and when its disturbance did: seconds since 1970. */
function whenOf(verdict: Verdict): { readonly began_s: number; readonly disturbed_s: number } {
  const events = readFileSync(path.join(place, verdict.run.id, 'timeline.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => /^\{"k":"(hello|phase)"/.test(line))
    .map((line) => JSON.parse(line) as TimelineEvent);
  const hello = events.find((event) => event.k === 'hello');
  const disturb = events.find((event) => event.k === 'phase' && event.phase === 'disturb');
  if (hello?.k !== 'hello' || disturb?.k !== 'phase')
    throw new Error(`${verdict.run.id} never came to its disturbance: ${verdict.because}`);
  return { began_s: hello.wall_ms / 1000, disturbed_s: hello.wall_ms / 1000 + disturb.at / 1e9 };
}
