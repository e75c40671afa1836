import { lostWrites, type ObjectiveVerdict, type Verdict } from '../model/verdict.ts';
import { escapeAttribute as attr, escapeMarkup as esc } from './escape.ts';
import { measuredText } from './numbers-html.ts';

/**
 * The verdict as JUnit XML: a suite per run, a case per objective and gate. A broken promise is a failure; an inconclusive one is an *error*,
 * because a CI job that has seen nothing must not be green.
 */
export function junit(verdict: Verdict): string {
  const { run } = verdict;
  const cases: readonly Case[] = [...verdict.objectives.map(caseOf), ...unexplained(verdict)];
  const failures = cases.filter((c) => c.outcome === 'fail').length;
  const errors = cases.filter((c) => c.outcome === 'inconclusive').length;
  const name = run.variant === null ? run.scenario : `${run.scenario}/${run.variant}`;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="faultline" ${counts}>
  <testsuite name="${attr(name)}" ${counts} timestamp="${attr(run.started_at.replace(/(\.\d+)?Z$/, ''))}">
    <properties>
${properties(verdict)
  .map(([key, value]) => `      <property name="${attr(key)}" value="${attr(value)}"/>`)
  .join('\n')}
    </properties>
${cases.map((c) => testcase(name, c)).join('\n')}
    <system-out>${esc(`${verdict.headline}\nreplay: ${run.replay}`)}</system-out>
  </testsuite>
</testsuites>
`;
}

interface Case {
  readonly name: string;
  readonly outcome: Verdict['outcome'];
  readonly reason: string;
  readonly because: string;
  readonly detail: string;
}

function caseOf(o: ObjectiveVerdict): Case {
  const detail = [
    o.objective === '' ? null : `objective: ${o.objective}`,
    o.measured === null ? null : `measured: ${measuredText(o)}`,
    o.measured?.kind === 'rpo' && o.measured.lost_ids.length > 0 ? `lost: ${o.measured.lost_ids.slice(0, 20).join(' ')}` : null,
    o.evidence.length === 0 ? null : `evidence: ${o.evidence.join(', ')}`,
  ];
  return {
    name: o.name,
    outcome: o.outcome,
    reason: o.reason,
    because: o.because,
    detail: detail.filter((line) => line !== null).join('\n'),
  };
}

/** A case for the run itself where no objective says what it came to: an aborted run, one without objectives, a fault that would not heal. */
function unexplained(verdict: Verdict): Case[] {
  const said = verdict.objectives.some((o) => o.outcome === verdict.outcome);
  const unhealed = verdict.outcome === 'pass' && verdict.exit_code !== 0;
  if (said && !unhealed) return [];
  const because = unhealed
    ? `every objective held, and the run ended with exit code ${verdict.exit_code}: ${verdict.because}`
    : verdict.because;
  // A pass that rests on no objective is no pass.
  const outcome = verdict.outcome === 'fail' ? 'fail' : 'inconclusive';
  return [{ name: 'run', outcome, reason: verdict.reason, because, detail: '' }];
}

function testcase(suite: string, c: Case): string {
  const open = `    <testcase classname="${attr(suite)}" name="${attr(c.name)}"`;
  if (c.outcome === 'pass') return `${open}/>`;
  const element = c.outcome === 'fail' ? 'failure' : 'error';
  return `${open}>
      <${element} type="${attr(c.reason)}" message="${attr(c.because)}">${esc(c.detail)}</${element}>
    </testcase>`;
}

function properties(verdict: Verdict): (readonly [string, string])[] {
  const { run } = verdict;
  const measured = verdict.objectives.flatMap((o): (readonly [string, string])[] => {
    if (o.measured?.kind === 'rto')
      return [
        [`${o.name}.rto_lower_s`, String(o.measured.lower_s)],
        [`${o.name}.rto_upper_s`, o.measured.upper_s === null ? 'unknown' : String(o.measured.upper_s)],
        ...(o.measured.finding === undefined ? [] : [[`${o.name}.finding`, o.measured.finding] as const]),
      ];
    if (o.measured?.kind === 'rpo')
      return [
        [`${o.name}.rpo_lost_writes`, String(lostWrites(o.measured))],
        [`${o.name}.rpo_acknowledged_writes`, String(o.measured.acknowledged)],
      ];
    if (o.measured?.kind === 'availability')
      return [
        [`${o.name}.availability_lower`, String(o.measured.lower)],
        [`${o.name}.availability_upper`, String(o.measured.upper)],
      ];
    if (o.measured?.kind === 'gauge')
      return [
        [`${o.name}.gauge_least`, String(o.measured.least)],
        [`${o.name}.gauge_most`, String(o.measured.most)],
      ];
    if (o.measured?.kind === 'restore') {
      const { rto_s, reaches_back_s, lost_before, lost_after, damage_left } = o.measured;
      return [
        [`${o.name}.rto_lower_s`, rto_s === null ? 'unknown' : String(rto_s[0])],
        [`${o.name}.rto_upper_s`, String(rto_s?.[1] ?? 'unknown')],
        [`${o.name}.reaches_back_lower_s`, String(reaches_back_s?.[0] ?? 0)],
        [`${o.name}.reaches_back_upper_s`, reaches_back_s === null ? '0' : String(reaches_back_s[1] ?? 'unknown')],
        [`${o.name}.lost_before`, String(lost_before)],
        [`${o.name}.lost_after`, String(lost_after)],
        [`${o.name}.damage_left`, String(damage_left)],
      ];
    }
    if (o.measured?.kind === 'latency' && o.measured.p95_times !== null)
      return [
        [`${o.name}.p95_times_lower`, String(o.measured.p95_times.at_least)],
        [`${o.name}.p95_times_upper`, String(o.measured.p95_times.at_most)],
      ];
    return [];
  });
  return [
    ['run', run.id],
    ['outcome', verdict.outcome],
    ['reason', verdict.reason],
    ['exit_code', String(verdict.exit_code)],
    ['principle', String(run.principle ?? 'none')],
    ['claim', run.claim ?? 'none'],
    ['runtime', run.runtime],
    ['demonstration', String(run.demonstration)],
    ['seed', String(run.seed)],
    ['sabotage', run.sabotage ?? 'none'],
    ['replay', run.replay],
    ...measured,
  ];
}
