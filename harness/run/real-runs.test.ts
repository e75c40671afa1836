import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unlessBusy } from '../../fixtures/not-busy.ts';
import { describeNeeding } from '../faces/needs.ts';
import { readGate } from '../gate/record.ts';
import { CLAIMS } from '../model/claim.ts';
import type { TimelineEvent } from '../model/event.ts';
import { PRINCIPLES } from '../model/principle.ts';
import type { Verdict } from '../model/verdict.ts';
import { readPlan } from '../record/recording.ts';

const execute = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');
const RUN_WITHIN_MS = 600_000;

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-real-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('the quickstart pair, on local processes', () => {
  test(
    'the healthy system comes back unaided and loses nothing, played by the gate, whose reports tell of the whole catalogue',
    async () => {
      const { verdict, gate, stdout } = await unlessBusy(smoke);
      expect(verdict.run).toMatchObject({ scenario: 'quickstart', demonstration: true, principle: null });
      expect(verdict.faults.map((fault) => fault.confirmed)).toEqual([true, true]);
      expect(verdict.outcome, verdict.because).toBe('pass');
      expect(rpoOf(verdict)).toMatchObject({ lost: 0, altered: 0 });

      // A demonstration counts towards no claim; all others stand as the evidence says that is committed.
      const standing = JSON.parse(readFileSync(path.join(gate, 'standing.json'), 'utf8')) as {
        claims: readonly { claim: string; standing: string }[];
      };
      expect(standing.claims.map(({ claim }) => claim)).toEqual(CLAIMS.map(({ id }) => id));
      const proven = standing.claims.filter(({ standing: how }) => how === 'proven').length;
      for (const name of ['report.html', 'summary.md', 'junit.xml', 'ctrf.json']) {
        const text = readFileSync(path.join(gate, name), 'utf8');
        for (const each of PRINCIPLES) expect(text, name).toContain(each);
      }
      expect(stdout).toMatch(new RegExp(`^${proven} proven, \\d+ held, `, 'm'));
    },
    RUN_WITHIN_MS,
  );

  test(
    'with asynchronous replication it loses acknowledged orders, and that is why it fails',
    async () => {
      const { verdict } = await run('quickstart', '--runtime', 'process', '--seed', '1', '--sabotage', 'asynchronous-replication');
      expect(verdict.objectives.find((each) => each.name === 'rpo')).toMatchObject({ outcome: 'fail', reason: 'rpo.lost' });
      expect(verdict.exit_code).toBe(1);
      expect(rpoOf(verdict).lost).toBeGreaterThan(0);
      expect(rpoOf(verdict).lost_ids.length).toBe(Math.min(1000, rpoOf(verdict).lost));
    },
    RUN_WITHIN_MS,
  );
});

await describeNeeding('docker', 'database failover under Patroni', () => {
  test(
    'the primary is killed; a standby takes over unaided and nothing acknowledged is lost',
    async () => {
      const { verdict } = await unlessBusy(() =>
        run('database-failover-keeps-acknowledged-orders@kill', '--runtime', 'docker', '--seed', '1'),
      );
      expect(verdict.run).toMatchObject({ principle: 9, claim: '9.3', demonstration: false });
      expect(verdict.faults.map((fault) => fault.confirmed)).toEqual([true, true]);
      expect(verdict.outcome, verdict.because).toBe('pass');
      expect(rpoOf(verdict)).toMatchObject({ lost: 0, altered: 0 });
      expect(rpoOf(verdict).stores).toHaveLength(3);
    },
    RUN_WITHIN_MS,
  );
});

await describeNeeding('docker', 'two systems side by side', () => {
  test(
    'ten faults upon one: the other answers every single request well meanwhile',
    async () => {
      const names = ['much-is-broken', 'nothing-is-broken'];
      const [broken, alone] = (await Promise.all(names.map((name) => run(`fixtures/scenarios/${name}.ts`, '--runtime', 'docker')))).map(
        ({ verdict }) => verdict,
      ) as [Verdict, Verdict];
      expect(broken.faults.map(({ name, confirmed, healed_s }) => ({ name, confirmed, healed: healed_s !== null }))).toEqual(
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

/** `faultline gate --profile smoke` as CI types it: the run that it played, and its folder. */
async function smoke(): Promise<{ verdict: Verdict; gate: string; stdout: string }> {
  const words = ['gate', '--profile', 'smoke', '--seed', '1', '--out', place];
  const { stdout } = await execute(process.execPath, [path.join(ROOT, 'harness/cli/bin.js'), ...words], {
    cwd: ROOT,
    maxBuffer: 1 << 26,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const report = /^report {2}(.*)\/report\.html$/m.exec(stdout)?.[1];
  if (report === undefined) throw new Error(`the gate printed no report:\n${stdout.slice(-3000)}`);
  const gate = path.resolve(ROOT, report);
  const { runs } = readGate(path.join(gate, 'gate.json'));
  const folder = path.join(place, runs.at(-1)?.run.id ?? 'none');
  return { verdict: JSON.parse(readFileSync(path.join(folder, 'verdict.json'), 'utf8')) as Verdict, gate, stdout };
}

async function run(...words: string[]): Promise<{ verdict: Verdict }> {
  const work = execute(process.execPath, [path.join(ROOT, 'harness/cli/bin.js'), 'run', ...words, '--json', '--out', place], {
    cwd: ROOT,
    maxBuffer: 1 << 26,
  });
  // Exit codes other than 0 are results too.
  const { stdout, stderr } = await work.catch((error: { stdout?: string; stderr?: string }) => ({
    stdout: error.stdout ?? '',
    stderr: error.stderr ?? '',
  }));
  try {
    return { verdict: JSON.parse(stdout) as Verdict };
  } catch (cause) {
    throw new Error(`the run printed no verdict:\n${stderr.slice(-3000)}`, { cause });
  }
}

function rpoOf(verdict: Verdict) {
  const measured = verdict.objectives.find((each) => each.kind === 'rpo')?.measured;
  if (measured?.kind !== 'rpo') throw new Error(`no RPO was measured: ${verdict.because}`);
  return measured;
}

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
