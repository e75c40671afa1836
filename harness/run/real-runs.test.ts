import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unlessBusy } from '../../fixtures/not-busy.ts';
import { describeNeeding } from '../faces/needs.ts';
import type { Verdict } from '../model/verdict.ts';

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
    'the healthy system comes back unaided and loses nothing',
    async () => {
      const { verdict } = await unlessBusy(() => run('quickstart', '--runtime', 'process', '--seed', '1'));
      expect(verdict.run).toMatchObject({ scenario: 'quickstart', demonstration: true, principle: null });
      expect(verdict.faults.map((fault) => fault.confirmed)).toEqual([true, true]);
      expect(verdict.outcome, verdict.because).toBe('pass');
      expect(rpoOf(verdict)).toMatchObject({ lost: 0, altered: 0 });
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
