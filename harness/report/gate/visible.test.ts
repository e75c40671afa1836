import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFacts } from '../../../fixtures/gates/any-facts.ts';
import { facts, gate, run } from '../../../fixtures/gates/sample.ts';
import type { GateRun } from '../../model/gate.ts';
import { gateConsole } from './console.ts';
import { gateCtrf } from './ctrf.ts';
import { annotations } from './github.ts';
import type { GateInput } from './input.ts';
import { gateJunit } from './junit.ts';
import { gateMarkdown } from './markdown.ts';

/** What each format shows that a release waits for: entries that are not passed (skipped does not count), and those of them that failed. */
const FORMATS: Readonly<Record<string, (input: GateInput) => { readonly open: number; readonly failed: number }>> = {
  junit: (input) => {
    const of = (pattern: RegExp) => gateJunit(input).match(pattern)?.length ?? 0;
    return { open: of(/<(failure|error) /g), failed: of(/<(failure|error) /g) };
  },
  'junit, by its own count': (input) => {
    const [, failures, errors] = /<testsuites name="faultline" tests="\d+" failures="(\d+)" errors="(\d+)"/.exec(gateJunit(input)) ?? [];
    return { open: Number(failures) + Number(errors), failed: Number(failures) + Number(errors) };
  },
  ctrf: (input) => {
    const { summary, tests } = (
      JSON.parse(gateCtrf(input)) as { results: { summary: Record<string, number>; tests: { status: string }[] } }
    ).results;
    const of = (...wanted: string[]) => tests.filter(({ status }) => wanted.includes(status)).length;
    expect(summary).toMatchObject({ tests: tests.length, failed: of('failed'), other: of('other') });
    return { open: of('failed', 'other'), failed: of('failed', 'other') };
  },
  annotations: (input) => {
    const lines = annotations(input);
    return { open: lines.length, failed: lines.filter((line) => line.startsWith('::error')).length };
  },
  console: (input) => {
    const lines = gateConsole(input).filter((line) => /^[✕?·] (\d+\.\d+ |[a-z])/.test(line));
    return { open: lines.length, failed: lines.filter((line) => line.startsWith('✕')).length };
  },
  'summary.md': (input) => {
    const lines = gateMarkdown(input).split('\n');
    const rows = lines.filter(
      (line) =>
        /^(## |> |\| . \| \d+\.\d+ |A release waits)/u.test(line) &&
        !/\((no release waits for it|its principle was not asked for)\)/.test(line),
    );
    const open = rows.filter((line) => !/^(## ✅|\| ✅)/u.test(line));
    return { open: open.length, failed: open.filter((line) => line.includes('❌')).length };
  },
};

const step = (scenario: string, claim: string | null): GateRun['step'] => ({
  scenario,
  variant: null,
  sabotage: null,
  claim,
  runtime: 'docker',
  expected_s: 60,
  why: '',
});
const outcome = fc.constantFrom('pass' as const, 'fail' as const, 'inconclusive' as const);
const anyRun = fc
  .record({ claim: fc.constantFrom('9.1', null), outcome, stuck: fc.boolean() })
  .map(({ claim, outcome: came_to, stuck }) => ({ step: step('s', claim), run: run(came_to, 0, stuck ? { exit_code: 4 } : {}) }));
const anyGate = fc
  .record({
    all: fc.array(anyFacts, { maxLength: 4 }),
    claims: fc.oneof(fc.constant('all' as const), fc.uniqueArray(fc.constantFrom('9.1', '9.3', '12.1', '1.1'), { minLength: 1 })),
    waived: fc.uniqueArray(
      fc.record({ claim: fc.constantFrom('9.1', '9.3', '12.1'), expires: fc.constantFrom('2026-11-25', '2026-12-24') }),
      {
        selector: ({ claim }) => claim,
      },
    ),
    runs: fc.array(anyRun, { maxLength: 2 }),
    interrupted: fc.boolean(),
    broken: fc.boolean(),
    principles: fc.option(fc.constantFrom([9], [9, 12], [1])),
  })
  .map(({ all, claims, waived, runs, interrupted, broken, principles }) =>
    gate(
      all,
      {
        gate: { claims: claims === 'all' ? claims : [...claims] },
        waivers: waived.map((each) => ({ ...each, owner: 'ana', reason: 'soon' })),
      },
      {
        runs,
        interrupted,
        ...(principles === null ? {} : { principles: [...principles] }),
        ...(broken ? { steps: [step('never', '9.1')], left: [{ name: 'never', why: 'it could not be played' }] } : {}),
      },
    ),
  );

test('whatever makes the code non-zero is to be seen in every format; where it is 0, nothing that failed is', () => {
  const codes = new Set<number>();
  fc.assert(
    fc.property(fc.oneof(anyGate, anyGreenish()), (input) => {
      codes.add(input.code);
      for (const [format, of] of Object.entries(FORMATS)) {
        const { open, failed } = of(input);
        if (input.code === 0) expect(failed, format).toBe(0);
        else expect(open, format).toBeGreaterThan(0);
      }
    }),
    { numRuns: 200 },
  );
  // It would say nothing of codes that it never saw.
  expect([...codes].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 130]);
});

/** All claims that gate are proven; what else is known, and what happened beside them, is anything. */
function anyGreenish(): fc.Arbitrary<GateInput> {
  return fc
    .record({
      others: fc.array(anyFacts, { maxLength: 3 }),
      runs: fc.array(anyRun, { maxLength: 1 }),
      interrupted: fc.constantFrom(false, false, true),
    })
    .map(({ others, runs, interrupted }) =>
      gate([facts({ scenario: 'flood', claim: '12.2' }), ...others], { gate: { claims: ['12.2'] } }, { runs, interrupted }),
    );
}

const GREEN = { gate: { claims: ['9.1'] } };
test.each<[string, GateInput, number, RegExp]>([
  [
    'residue',
    gate([facts()], GREEN, { runs: [{ step: step('lost-server', '9.1'), run: run('pass', 0, { exit_code: 4 }) }] }),
    4,
    /lost-server left something/,
  ],
  [
    'residue of a sabotaged twin',
    gate([facts()], GREEN, {
      runs: [{ step: { ...step('lost-server', '9.1'), sabotage: 'weak' }, run: run('fail', 0, { exit_code: 4 }) }],
    }),
    4,
    /lost-server with weak left something/,
  ],
  ['an interruption', gate([facts()], GREEN, { interrupted: true }), 130, /it was interrupted/],
  [
    'a demonstration that failed',
    gate([facts()], GREEN, { runs: [{ step: step('quickstart', null), run: run('fail', 0) }] }),
    1,
    /the demonstration came to RTO/,
  ],
  [
    'a demonstration that came to nothing',
    gate([facts()], GREEN, { runs: [{ step: step('quickstart', null), run: run('inconclusive', 0) }] }),
    2,
    /the demonstration came to RTO/,
  ],
  [
    'a step that could not be played, though evidence still holds',
    gate([facts()], GREEN, { steps: [step('lost-server', '9.1')], left: [{ name: 'lost-server', why: 'no image' }] }),
    2,
    /lost-server was to be played, and was not: no image/,
  ],
  [
    'nothing but waivers',
    gate([], { ...GREEN, waivers: [{ claim: '9.1', owner: 'ana', reason: 'soon', expires: '2026-12-24' }] }),
    2,
    /there is nothing that holds/,
  ],
  [
    'residue after an interruption: what a person must see comes first',
    gate([facts()], GREEN, {
      interrupted: true,
      runs: [{ step: step('quickstart', null), run: run('inconclusive', 0, { exit_code: 4 }) }],
    }),
    4,
    /quickstart left something/,
  ],
])('%s is an entry of its own, beside claims that all hold', (_, input, code, why) => {
  expect(input.code).toBe(code);
  expect(input.line).toMatch(why);
  for (const [format, text] of [
    ['junit', /<testsuite name="the gate itself" [\s\S]*?<\/testsuite>/.exec(gateJunit(input))?.[0] ?? ''],
    ['ctrf', (JSON.parse(gateCtrf(input)) as { results: { tests: { message: string }[] } }).results.tests[0]?.message ?? ''],
    [
      'summary.md',
      gateMarkdown(input)
        .split('\n')
        .find((line) => line.startsWith('> ')) ?? '',
    ],
    ['annotations', annotations(input)[0] ?? ''],
    ['console', gateConsole(input).find((line) => /^[✕?] [a-z]/.test(line)) ?? ''],
  ] as const)
    expect(text, format).toMatch(why);
});

test('what is unsteady is named with r of k in every format that a person reads, though its claim holds', () => {
  const one = facts({ live: [run('pass', 0)] });
  const input = gate(
    [
      {
        ...one,
        evidence: one.evidence && {
          ...one.evidence,
          twins: one.evidence.twins.map((each) => (each.sabotage === null ? { ...each, runs: [run('inconclusive'), ...each.runs] } : each)),
        },
      },
    ],
    GREEN,
  );
  expect(input.code).toBe(0);
  const said = /unsteady\W+lost-server: as wanted in 2 of 3 runs on this code/i;
  for (const [format, text] of [
    ['console', gateConsole(input).slice(-3).join('\n')],
    ['summary.md', gateMarkdown(input)],
    ['junit', gateJunit(input)],
  ] as const)
    expect(text, format).toMatch(said);
  expect(gateCtrf(input)).toContain('"flaky": true');
});
