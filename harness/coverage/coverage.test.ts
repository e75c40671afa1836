import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Coverage, type CoveredFile } from '../model/coverage.ts';
import { fromRanges } from './ranges.ts';

const execute = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');
const ASKER = 'fixtures/coverage/asker.ts';

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-coverage-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The tag of every handler, by the line that it begins on: that after the tag. */
function planted(): ReadonlyMap<number, string> {
  const lines = readFileSync(path.join(ROOT, ASKER), 'utf8').split('\n');
  return new Map(
    lines.flatMap((line, i) => (/^ *\/\/ planted: (.+)$/.exec(line)?.[1] === undefined ? [] : [[i + 2, line.split(': ')[1] ?? '']])),
  );
}

async function coverageOf(variant: string): Promise<Coverage> {
  const words = [
    'coverage',
    `fixtures/coverage/planted.ts@${variant}`,
    '--runtime',
    'process',
    '--history',
    place,
    '--out',
    place,
    '--json',
  ];
  const { stdout } = await execute(process.execPath, [path.join(ROOT, 'harness/cli/bin.js'), ...words], { cwd: ROOT, maxBuffer: 1 << 26 });
  expect(JSON.parse(stdout)).toHaveLength(1);
  // It shows no claim, so that it stands beside no evidence.
  expect(existsSync(path.join(place, `planted@${variant}`))).toBe(false);
  const folder =
    readdirSync(place)
      .sort()
      .findLast((name) => /-planted-\w+$/.test(name)) ?? 'none';
  return Coverage.parse(JSON.parse(readFileSync(path.join(place, folder, 'coverage.json'), 'utf8')));
}

function reached(file: CoveredFile | undefined): {
  readonly under: readonly string[];
  readonly before: readonly string[];
  readonly all: readonly string[];
} {
  const tags = planted();
  const named = (phases: readonly string[]) =>
    (file?.handlers ?? []).flatMap((handler) =>
      handler.hit.some((phase) => phases.includes(phase)) ? [tags.get(handler.line) ?? `line ${handler.line}`] : [],
    );
  return {
    under: named(['fault', 'recovery']).toSorted(),
    before: named(['up', 'baseline']).toSorted(),
    all: (file?.handlers ?? []).map((handler) => tags.get(handler.line) ?? `line ${handler.line}`).toSorted(),
  };
}

test.each([
  ['kill', ['line-lost', 'not-answered'], 'else'],
  ['freeze', ['not-answered'], 'if'],
] as const)(
  'a peer that is lost by %s reaches exactly the handlers that were planted for it',
  async (variant, under, arm) => {
    const coverage = await coverageOf(variant);
    expect(Object.keys(coverage.files).toSorted()).toEqual([ASKER, 'fixtures/coverage/peer.ts']);
    const asker = coverage.files[ASKER];
    expect(reached(asker)).toEqual({ under, before: [], all: [...planted().values()].toSorted() });
    // What ran before the fault, and what ran for its sake alone.
    const [baseline, fault] = [fromRanges(asker?.hit.baseline ?? ''), fromRanges(asker?.hit.fault ?? '')];
    const lineOf = (text: string) =>
      readFileSync(path.join(ROOT, ASKER), 'utf8')
        .split('\n')
        .findIndex((line) => line.includes(text)) + 1;
    expect([lineOf('await fetch('), lineOf("return 'late'")].map((line) => [baseline.has(line), fault.has(line)])).toEqual([
      [true, true],
      [false, true],
    ]);
    const arms = asker?.branches.filter(({ line }) => line === lineOf("return 'late'") || line === lineOf("return 'away'"));
    expect(arms?.filter(({ what, hit }) => (what === 'if' || what === 'else') && hit.length > 0).map(({ what }) => what)).toEqual([arm]);
    // A killed service cannot say what it did last, and that is said.
    expect(coverage.lost.filter(({ why }) => why.includes('killed')).map(({ service, phase }) => [service, phase])).toEqual(
      variant === 'kill' ? [['peer', 'fault']] : [],
    );
  },
  120_000,
);
