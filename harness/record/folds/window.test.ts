import { expect, test } from 'vitest';
import { type Planted, plant, recorded } from '../../../fixtures/recordings/plant.ts';
import { judgeStream } from './episodes.ts';
import { ledgerOf } from './ledger.ts';
import { streamsIn } from './streams.ts';
import { outagesFound, windowOf } from './window.ts';

const kill = plant({ writers: 0, baseline_s: 2 });
const [planned] = kill.plan.faults;
const { effect } = kill.truth;

function withFault(more: Record<string, unknown>, events: readonly Record<string, unknown>[] = []): Planted {
  const faults = [...kill.plan.faults, { ...planned, ...more } as (typeof kill.plan.faults)[number]];
  const lines = [...kill.lines.slice(0, -1), ...events.map((event) => JSON.stringify(event)), kill.lines.at(-1) ?? ''];
  return { ...kill, plan: { ...kill.plan, faults }, lines };
}

test('every fault must have been seen, not one of them', () => {
  expect(windowOf(recorded(kill))).not.toBeNull();
  expect(windowOf(recorded(withFault({ name: 'second', target: 'pg-2' })))).toBeNull();
});

test('an amplifier that took effect before does not start the clock', () => {
  const at = effect - 1e9;
  const deed = (state: string, when: number) => ({ k: 'fault', at: when, fault: 'slow-down', state, targets: ['api'], detail: state });
  const death = { k: 'watch', at: at + 9e6, service: 'api', from: 'alive', to: 'dead', lo: at + 1e6, hi: at + 8e6, how: 'refused' };
  const amplified = recorded(
    withFault({ name: 'slow-down', target: 'api', amplifier: true }, [deed('asked', at - 10), deed('command', at), death]),
  );
  expect(windowOf(amplified)?.effect).toEqual(windowOf(recorded(kill))?.effect);
});

test('an outage of the baseline is nobody’s deed in the disturbance', () => {
  const outages = [{ kind: 'refuse', from_s: -1.8, to_s: -1.4 }] as const;
  const recording = recorded(plant({ writers: 0, baseline_s: 2, fault: 'none', outages }));
  expect(streamsIn(recording).flatMap((stream) => judgeStream(recording, stream, 'unknown_as_good').episodes)).not.toEqual([]);
  expect(outagesFound(recording)).toEqual([]);
});

test('what hangs began when it was sent, not when the client gave up', () => {
  const recording = recorded(plant({ writers: 0, baseline_s: 2, outages: [{ kind: 'hang', from_s: 0, to_s: 0.5 }] }));
  for (const stream of streamsIn(recording)) {
    const [episode] = judgeStream(recording, stream, 'unknown_as_good').episodes;
    expect((episode?.lower ?? 0) / 1e9).toBeGreaterThan(0.4);
  }
});

test('a store that was not read to its end does not count', () => {
  const { stores } = ledgerOf(recorded(plant({ baseline_s: 2, read: 'cut' })), ['order', 'bulk']);
  expect(stores.some(({ complete }) => !complete)).toBe(true);
  for (const { complete, counts } of stores) expect(counts && !complete).toBe(false);
});
