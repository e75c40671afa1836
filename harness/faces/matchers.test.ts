import { describe, expect as plain, test } from 'vitest';
import { plant, RPO, RTO, recorded } from '../../fixtures/recordings/plant.ts';
import { judge } from '../judge/judge.ts';
import type { PlayedRun } from './played.ts';
import { expect as playwrights } from './playwright.ts';
import { expect as vitests } from './vitest.ts';

function came(change: Parameters<typeof plant>[0]): PlayedRun {
  const planted = plant({ baseline_s: 2.5, ...change });
  return { verdict: judge(recorded(planted)), folder: '/reports/it', replay: 'npx faultline run it --seed 1', said: [] };
}
const held = came({ objectives: [RTO, RPO] });
const slow = came({ objectives: [RTO, RPO], outages: [{ kind: 'refuse', from_s: 0, to_s: 1.6 }] });
const lossy = came({ objectives: [RTO, RPO], lose: 3 });
const unknown = came({ objectives: [RTO, RPO], dies: null });
const uncounted = came({ objectives: [RTO] });

for (const [runner, expect] of [
  ['vitest', vitests],
  ['Playwright', playwrights as unknown as typeof vitests],
] as const)
  describe(`matchers of ${runner}`, () => {
    test('what held, came back and lost nothing is so, and not otherwise', () => {
      expect(held).toHold();
      expect(held).toRecoverWithin('1 s');
      expect(held).toLoseNothing();
      plain(() => expect(held).not.toHold()).toThrow(/expected it not to hold/);
      plain(() => expect(held).toFailBecause('rto.over')).toThrow(/expected it to fail because of rto\.over/);
    });

    test("a failure's text is the verdict's line and the command that plays it again", () => {
      plain(() => expect(slow).toRecoverWithin('1 s')).toThrow(
        /RTO 1\.\d\d–1\.\d\d s \(objective 1 s, unaided\)[\s\S]*replay: npx faultline run it --seed 1/,
      );
      plain(() => expect(lossy).toLoseNothing()).toThrow(/3 of [\s\S]*report: \/reports\/it\/report\.html/);
      expect(slow).toFailBecause('rto.over');
      expect(lossy).toFailBecause('rpo.lost');
      expect(lossy).not.toLoseNothing();
      expect(slow).not.toRecoverWithin('1 s');
    });

    test('what came to nothing, or was not measured, is neither green nor red for another reason, negated or not', () => {
      for (const check of [
        () => expect(unknown).toHold(),
        () => expect(unknown).not.toHold(),
        () => expect(unknown).not.toFailBecause('rto.over'),
        () => expect(unknown).not.toLoseNothing(),
        () => expect(unknown).toRecoverWithin('1 h'),
        () => expect(uncounted).toLoseNothing(),
        () => expect(uncounted).not.toLoseNothing(),
      ])
        plain(check).toThrow(/^inconclusive: /);
      // Its bounds lie on both sides.
      const { measured } = held.verdict.objectives[0] ?? {};
      if (measured?.kind !== 'rto' || measured.upper_s === null) throw new Error('no RTO');
      const between = `${((measured.lower_s + measured.upper_s) / 2).toFixed(6)} s`;
      plain(() => expect(held).toRecoverWithin(between)).toThrow(/^inconclusive: the recovery took between .* on both sides of /);
      plain(() => expect(held).not.toRecoverWithin(between)).toThrow(/^inconclusive: /);
    });
  });

test('a duration without its unit is refused', () => {
  plain(() => vitests(held).toRecoverWithin('10')).toThrow(/write a number and a unit/);
});
