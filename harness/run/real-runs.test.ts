import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unlessBusy } from '../../fixtures/not-busy.ts';
import { faultline, RUN_WITHIN_MS, verdictOf } from '../../fixtures/real-run.ts';
import { describeNeeding } from '../faces/needs.ts';
import { readGate } from '../gate/record.ts';
import { CLAIMS } from '../model/claim.ts';
import { PRINCIPLES } from '../model/principle.ts';
import type { Verdict } from '../model/verdict.ts';
import { ROOT } from '../runtime/root.ts';

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
      const verdict = await verdictOf(place, 'quickstart', '--runtime', 'process', '--seed', '1', '--sabotage', 'asynchronous-replication');
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
      const { verdict } = await unlessBusy(async () => ({
        verdict: await verdictOf(place, 'database-failover-keeps-acknowledged-orders@kill', '--runtime', 'docker', '--seed', '1'),
      }));
      expect(verdict.run).toMatchObject({ principle: 9, claim: '9.3', demonstration: false });
      expect(verdict.faults.map((fault) => fault.confirmed)).toEqual([true, true]);
      expect(verdict.outcome, verdict.because).toBe('pass');
      expect(rpoOf(verdict)).toMatchObject({ lost: 0, altered: 0 });
      expect(rpoOf(verdict).stores).toHaveLength(3);
    },
    RUN_WITHIN_MS,
  );
});

/** `faultline gate --profile smoke` as CI types it: the run that it played, and its folder. */
async function smoke(): Promise<{ verdict: Verdict; gate: string; stdout: string }> {
  const words = ['gate', '--profile', 'smoke', '--seed', '1', '--out', place];
  const { stdout } = await faultline(words);
  const report = /^report {2}(.*)\/report\.html$/m.exec(stdout)?.[1];
  if (report === undefined) throw new Error(`the gate printed no report:\n${stdout.slice(-3000)}`);
  const gate = path.resolve(ROOT, report);
  const { runs } = readGate(path.join(gate, 'gate.json'));
  const folder = path.join(place, runs.at(-1)?.run.id ?? 'none');
  return { verdict: JSON.parse(readFileSync(path.join(folder, 'verdict.json'), 'utf8')) as Verdict, gate, stdout };
}

function rpoOf(verdict: Verdict) {
  const measured = verdict.objectives.find((each) => each.kind === 'rpo')?.measured;
  if (measured?.kind !== 'rpo') throw new Error(`no RPO was measured: ${verdict.because}`);
  return measured;
}
