import { expect, test } from 'vitest';
import { type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import { ALERT_WATCH } from '../model/system.ts';
import { judge } from './judge.ts';
import { judgeMarks } from './marks.ts';

const seen = (must_see: readonly string[], how: Partial<Planting> = {}, more: readonly object[] = []) => {
  const planted = plant(how);
  const lines = [...planted.lines.slice(0, -1), ...more.map((line) => JSON.stringify(line))];
  lines.push(JSON.stringify({ k: 'end', at: 1e12, records: lines.length + 1 }));
  return recorded({ ...planted, lines, plan: { ...planted.plan, must_see: [...must_see] } });
};

test('another leader and a class of error that were met after the effect: held, saying how often and when', () => {
  const verdict = judgeMarks(seen(['new primary', 'ECONNREFUSED']));
  expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held', objective: 'must see new primary, ECONNREFUSED' });
  expect(verdict.because).toMatch(/^new primary 1 time, first at \d+\.\d{3} s; ECONNREFUSED \d+ times, first at/);
  expect(verdict.evidence).toHaveLength(2);
});

test('what was not met is named, and the run is inconclusive although every promise held', () => {
  const recording = seen(['ECONNREFUSED', '429', 'alert']);
  expect(judgeMarks(recording)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen' });
  const whole = judge(recording);
  expect(whole).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen', exit_code: 2 });
  expect(whole.because).toContain('429, alert');
  expect(whole.because).not.toContain('ECONNREFUSED');
  expect(judge(seen(['ECONNREFUSED']))).toMatchObject({ outcome: 'pass' });
});

test('an HTTP status is met where it was the answer; before the effect it does not count', () => {
  expect(judgeMarks(seen(['500'], { errors: 0.005, seed: 3 }))).toMatchObject({ outcome: 'pass' });
  expect(judgeMarks(seen(['500'], { errors: 0, warm_up_s: 2, cold: 0.5 }))).toMatchObject({ outcome: 'inconclusive' });
});

test('the same leader told again is no other one, nor one that led before', () => {
  const { events } = seen([]);
  const end = events.findLast((event) => event.k === 'phase')?.at ?? 0;
  const leads = (leader: string | null) => ({ k: 'cluster', at: end, asked: 'pg-1', leader, timeline: 1, members: [] });
  const without = (...more: readonly object[]) => {
    const recording = seen(['new primary'], {}, more);
    return judgeMarks({
      ...recording,
      events: recording.events.filter((event) => event.k !== 'cluster' || event.asked !== 'pg-2' || event.at === end),
    });
  };
  expect(without(leads('pg-1'), leads(null), leads('pg-1'))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen' });
  expect(without(leads(null), leads('pg-3'))).toMatchObject({ outcome: 'pass' });
});

test('an alert is met when it is raised after the effect', () => {
  const at = 1e11;
  const raised = { k: 'watch', at, service: ALERT_WATCH, from: 'alive', to: 'dead', lo: at - 1, hi: at, how: 'HTTP 200' };
  expect(judgeMarks(seen(['alert'], {}, [raised]))).toMatchObject({ outcome: 'pass' });
  expect(judgeMarks(seen(['alert'], {}, [{ ...raised, to: 'alive', from: 'dead' }]))).toMatchObject({ outcome: 'inconclusive' });
});

test('no fault took effect: nothing was met', () => {
  expect(judgeMarks(seen(['new primary'], { dies: null }))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.unseen' });
});
