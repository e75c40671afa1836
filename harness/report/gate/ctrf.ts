import { troublesOf } from '../../gate/troubles.ts';
import { unsteadyTwins } from '../../gate/unsteady.ts';
import { type GateInput, playedFor, principlesOf, toneOfTrouble } from './input.ts';
import { ITSELF, testStateOf } from './junit.ts';

const STATUS = { passed: 'passed', failure: 'failed', error: 'other', skipped: 'skipped' } as const;

/** What a gate came to in the Common Test Report Format (CTRF, version 0.0.0), as JSON: a test per claim, its suite its principle; and one for each thing that is no claim's and keeps it from ending with 0. */
export function gateCtrf({ claims, record, line }: GateInput): string {
  const start = Date.parse(record.at);
  const took = record.runs.reduce((sum, { run }) => sum + run.took_s * 1000, 0);
  const beside = troublesOf(claims, record).map((each) => ({
    name: `${each.kind}: ${each.name}`,
    // Open, not broken, like a claim that came to nothing.
    status: toneOfTrouble(each) === 'fail' ? STATUS.failure : STATUS.error,
    duration: 0,
    suite: ITSELF,
    message: each.why,
    rawStatus: each.kind,
  }));
  const ofClaims = principlesOf(claims).flatMap(({ n, name, claims: own }) =>
    own.map((each) => ({
      name: `${each.claim.id} ${each.claim.title}`,
      status: STATUS[testStateOf(each)],
      duration: Math.round(playedFor(each) * 1000),
      suite: `${n} ${name}`,
      message: each.why,
      rawStatus: each.waived ? `waived, ${each.standing}` : each.standing,
      ...(each.variants.some(({ facts }) => unsteadyTwins(facts).length > 0) ? { flaky: true } : {}),
    })),
  );
  const tests = [...beside, ...ofClaims];
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
