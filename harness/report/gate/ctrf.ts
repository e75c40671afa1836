import { type GateInput, playedFor, principlesOf } from './input.ts';
import { testStateOf } from './junit.ts';

const STATUS = { passed: 'passed', failure: 'failed', error: 'other', skipped: 'skipped' } as const;

/** What a gate came to in the Common Test Report Format (CTRF, version 0.0.0), as JSON: a test per claim, its suite its principle. */
export function gateCtrf({ claims, record, line }: GateInput): string {
  const start = Date.parse(record.at);
  const took = record.runs.reduce((sum, { run }) => sum + run.took_s * 1000, 0);
  const tests = principlesOf(claims).flatMap(({ n, name, claims: own }) =>
    own.map((each) => ({
      name: `${each.claim.id} ${each.claim.title}`,
      status: STATUS[testStateOf(each)],
      duration: Math.round(playedFor(each) * 1000),
      suite: `${n} ${name}`,
      message: each.why,
      rawStatus: each.waived ? `waived, ${each.standing}` : each.standing,
      ...(each.variants.some(({ runs }) => new Set(runs.map(({ outcome }) => outcome)).size > 1) ? { flaky: true } : {}),
    })),
  );
  const of = (status: string) => tests.filter((each) => each.status === status).length;
  const summary = {
    tests: tests.length,
    passed: of('passed'),
    failed: of('failed'),
    pending: 0,
    skipped: of('skipped'),
    other: of('other'),
    start,
    stop: Math.round(start + took),
  };
  return `${JSON.stringify({ reportFormat: 'CTRF', specVersion: '0.0.0', results: { tool: { name: 'faultline' }, summary, tests, extra: { why: line } } }, null, 2)}\n`;
}
