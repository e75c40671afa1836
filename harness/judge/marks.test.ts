import { expect, test } from 'vitest';
import { type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import { ALERT_WATCH } from '../model/system.ts';
import { judge } from './judge.ts';
import { judgeMarks } from './marks.ts';

/** A planted run with more lines, each so many seconds after the effect; its healthy one is told of another leader half a second after it. */
const seen = (
  must_see: readonly string[],
  how: Partial<Planting> = {},
  more: readonly (readonly [number, object])[] = [[0.5, leads('pg-2')]],
) => {
  const planted = plant(how);
  const told = more.map(([since_s, line]) => JSON.stringify({ ...line, at: Math.round(planted.truth.effect + since_s * 1e9) }));
  const lines = [...planted.lines.slice(0, -1), ...told];
  lines.push(JSON.stringify({ k: 'end', at: 1e12, records: lines.length + 1 }));
  return recorded({ ...planted, lines, plan: { ...planted.plan, must_see: [...must_see] } });
};
function leads(leader: string | null) {
  return { k: 'cluster', asked: 'pg-1', leader, timeline: 1, members: [] };
}
const looked =
  (to: 'alive' | 'dead', hi_s: number, more: object = {}) =>
  (effect: number) => ({
    k: 'watch',
    service: ALERT_WATCH,
    from: to === 'dead' ? 'alive' : 'dead',
    to,
    lo: Math.round(effect + (hi_s - 0.01) * 1e9),
    hi: Math.round(effect + hi_s * 1e9),
    how: 'HTTP 200',
    ...more,
  });

test('another leader and a class of error that were met after the effect: held, saying how often and when', () => {
  const verdict = judgeMarks(seen(['new primary', 'ECONNREFUSED']));
  expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held', objective: 'must see new primary, ECONNREFUSED' });
  expect(verdict.because).toMatch(/^new primary 1 time, first at \d+\.\d{3} s; ECONNREFUSED \d+ times, first at/);
  expect(verdict.evidence).toHaveLength(2);
});

test('what was not met is named, and no promise holds although every one did', () => {
  const recording = seen(['ECONNREFUSED', '429', 'alert']);
  expect(judgeMarks(recording)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen' });
  const whole = judge(recording);
  expect(whole).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen', exit_code: 2 });
  expect(whole.because).toContain('429, alert');
  expect(whole.because).not.toContain('ECONNREFUSED');
  expect(judge(seen(['ECONNREFUSED']))).toMatchObject({ outcome: 'pass' });
});

test('what was broken is broken, whatever was not met: a lost write fails the run', () => {
  const whole = judge(seen(['429'], { lose: 3 }));
  expect(whole).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', exit_code: 1 });
  expect(whole.objectives.map(({ name, outcome }) => [name, outcome])).toEqual(
    expect.arrayContaining([
      ['rto', 'inconclusive'],
      ['rpo', 'fail'],
      ['marks', 'inconclusive'],
    ]),
  );
});

test('an HTTP status is met where it was the answer; before the effect and after the heal it does not count, nor where the harness stood still', () => {
  expect(judgeMarks(seen(['500'], { errors: 0.005, seed: 3 }))).toMatchObject({ outcome: 'pass' });
  expect(judgeMarks(seen(['500'], { errors: 0, warm_up_s: 2, cold: 0.5 }))).toMatchObject({ outcome: 'inconclusive' });
  // It is away from 1.2 s on, and was healed at 1 s.
  const late = { outages: [{ kind: 'refuse', from_s: 1.2, to_s: 1.5 }], window_s: 3 } as const;
  expect(judgeMarks(seen(['ECONNREFUSED'], late))).toMatchObject({ outcome: 'pass' });
  expect(judgeMarks(seen(['ECONNREFUSED'], { ...late, heal_s: 1 }))).toMatchObject({ outcome: 'inconclusive' });
  const away = { outages: [{ kind: 'refuse', from_s: 0.6, to_s: 0.8 }] } as const;
  expect(judgeMarks(seen(['ECONNREFUSED'], away))).toMatchObject({ outcome: 'pass' });
  expect(judgeMarks(seen(['ECONNREFUSED'], { ...away, stalls: [{ from_s: 0.5, to_s: 0.9, sends: 'late' }] }))).toMatchObject({
    outcome: 'inconclusive',
  });
});

test('the same leader told again is no other one, nor one that led before the effect or after the heal', () => {
  const met = (how: Partial<Planting>, ...more: readonly (readonly [number, object])[]) =>
    judgeMarks(seen(['new primary'], how, more)).outcome;
  expect(met({}, [0.4, leads('pg-1')], [0.5, leads(null)], [0.6, leads('pg-1')])).toBe('inconclusive');
  expect(met({}, [0.5, leads(null)], [0.6, leads('pg-3')])).toBe('pass');
  expect(met({ heal_s: 1 }, [1.2, leads('pg-3')])).toBe('inconclusive');
  expect(met({ heal_s: 1.5 }, [1.2, leads('pg-3')])).toBe('pass');
  expect(met({}, [-0.5, leads('pg-3')], [0.5, leads('pg-3')])).toBe('inconclusive');
});

test('an alert is met when it was quiet before, and is raised while the fault is on; a monitor that is silent for a moment raises none', () => {
  const alerts = (how: Partial<Planting>, ...looks: readonly ((effect: number) => object)[]) => {
    const { effect } = plant(how).truth;
    const at = { at: 'api', raised: { http: '/alerts', body_has: 'firing' } };
    const recording = seen(
      ['alert'],
      how,
      [looked('alive', -2), ...looks].map((look) => [5, look(effect)] as const),
    );
    return judgeMarks({
      ...recording,
      plan: { ...recording.plan, system: { ...recording.plan.system, alert: { ...recording.plan.system.alert, ...at } as never } },
    }).outcome;
  };
  // Told later than seen: what counts is when it was seen.
  expect(alerts({ window_s: 8 }, looked('dead', 0.5))).toBe('pass');
  expect(alerts({ window_s: 8, heal_s: 1 }, looked('dead', 1.5))).toBe('inconclusive');
  expect(alerts({ window_s: 8 }, looked('dead', -1))).toBe('inconclusive');
  expect(alerts({ window_s: 8 }, looked('dead', 0.5, { silent: true }), looked('alive', 0.8))).toBe('inconclusive');
  expect(alerts({ window_s: 8 })).toBe('inconclusive');
});

test('no fault took effect: nothing was met', () => {
  expect(judgeMarks(seen(['new primary'], { dies: null }))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen' });
});
