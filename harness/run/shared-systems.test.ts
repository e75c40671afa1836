import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { playInTurn } from '../../fixtures/scenarios/in-turn.ts';
import { describeNeeding } from '../faces/needs.ts';
import type { Environment } from '../model/environment.ts';
import { registeredRuns } from '../record/registry.ts';
import { keptDisplay } from '../report/kept-display.ts';
import { listLabelled } from '../runtime/docker/engine.ts';
import { ROOT } from '../runtime/root.ts';
import type { RunResult } from './conclude.ts';
import { watched } from './played-run.ts';
import type { RunOptions } from './run-record.ts';
import { SharedSystems } from './shared-systems.ts';

const execute = promisify(execFile);
const TAKES_MS = 240_000;

let out: string;
let shared: SharedSystems;
let said: string[];
beforeEach(() => {
  out = mkdtempSync(path.join(os.tmpdir(), 'faultline-shared-'));
  shared = new SharedSystems(out);
  said = [];
});
afterEach(async () => {
  await shared.close();
  rmSync(out, { recursive: true, force: true });
});

const play = (name: Parameters<typeof playInTurn>[0], between?: RunOptions['between']) =>
  playInTurn(name, { out, shared, display: keptDisplay(said), ...(between === undefined ? {} : { between }) });
const environmentOf = ({ folder }: RunResult) => JSON.parse(readFileSync(path.join(folder, 'environment.json'), 'utf8')) as Environment;
/** What stands of stand-ups made here: on the list of this process, and in the engine. */
const standing = async () => {
  const runs = registeredRuns().filter(({ run, folder }) => run.startsWith('shared-') && folder.startsWith(out));
  return { runs: runs.map(({ run }) => run), objects: (await Promise.all(runs.map(({ run }) => listLabelled({ run })))).flat() };
};

/** Root alone sees packet rules, and only by their program. */
const seesRules = process.getuid?.() === 0 && (await execute('ip6tables-save').catch(() => null)) !== null;

await describeNeeding('docker', 'runs that share a stand-up', () => {
  test(
    'the next run gets the system that the one before left as it found it; the same twin gets its own; what was killed is nobody’s; at the end nothing is left',
    async () => {
      const first = await play('freeze');
      expect(first.verdict.outcome, first.verdict.because).toBe('pass');
      expect(environmentOf(first).used_before_by).toBeUndefined();
      const { runs, objects } = await standing();
      expect(runs).toHaveLength(1);
      // Three services, what carries the link, and their network; neither observer nor eyes.
      expect(objects.filter(({ kind }) => kind === 'container')).toHaveLength(4);

      const second = await play('refuse');
      expect(second.verdict.outcome, second.verdict.because).toBe('pass');
      expect(environmentOf(second).used_before_by).toEqual([first.runId]);
      expect(environmentOf(second).token).not.toBe(environmentOf(first).token);
      expect((await standing()).runs).toEqual(runs);

      // The same twin once more: its runs are independent of each other.
      const third = await play('refuse');
      expect(environmentOf(third).used_before_by).toBeUndefined();
      const again = await standing();
      expect(again.runs).toHaveLength(1);
      expect(again.runs).not.toEqual(runs);

      const fourth = await play('kill');
      expect(fourth.verdict.outcome, fourth.verdict.because).toBe('pass');
      expect(environmentOf(fourth).used_before_by).toEqual([third.runId]);
      expect(said.join('\n')).toContain('nobody gets this system next: two started anew');
      // To each its own, and to each all of it.
      for (const { folder } of [first, second, third, fourth])
        expect(readdirSync(path.join(folder, 'logs')).sort()).toEqual(['one.log', 'three.log', 'two.log']);

      expect(await standing()).toEqual({ runs: [], objects: [] });
      for (const run of [...runs, ...again.runs]) expect(await listLabelled({ run })).toEqual([]);
      // Nor a ledger or a log: only the runs' own folders.
      expect(readdirSync(out).filter((name) => name.startsWith('shared-'))).toEqual([]);
    },
    TAKES_MS,
  );

  const inItsNetwork = async (name: string, ...program: string[]) => {
    const { stdout } = await execute('docker', ['inspect', '--format', '{{.State.Pid}}', name]);
    await execute('nsenter', ['-t', stdout.trim(), '-n', ...program]);
  };
  test(
    'a limit and packet rules that were changed, though all answers well: nobody gets the system next, and it is taken down',
    async () => {
      await play('freeze', async (moment, stage) => {
        const one = stage.standUp.instances.get('one');
        if (moment !== 'recovery' || one === undefined || !('container' in one)) return;
        const name = one.container as string;
        await execute('docker', ['update', '--cpu-shares', '77', name]);
        if (!seesRules) return;
        await inItsNetwork(name, 'ip6tables', '-A', 'INPUT', '-s', '2001:db8::9', '-j', 'DROP');
        await inItsNetwork(name, 'ip6tables', '-P', 'FORWARD', 'DROP');
      });
      const why = said.find((line) => line.includes('nobody gets this system next'));
      expect(why).toMatch(/faultline-\w+-one: CpuShares: was 0, is 77/);
      if (seesRules)
        expect(why).toMatch(
          /one: rule ip6tables :FORWARD DROP: was not there, is there; .*one: rule ip6tables -A INPUT -s 2001:db8::9\/128 -j DROP: was/,
        );
      expect(await standing()).toEqual({ runs: [], objects: [] });
    },
    TAKES_MS,
  );

  test(
    'a process that is killed with a shared system leaves nothing of it, nor of the run that had it',
    async () => {
      const program = `
        import { playInTurn } from ${JSON.stringify(path.join(ROOT, 'fixtures/scenarios/in-turn.ts'))};
        import { SharedSystems } from ${JSON.stringify(path.join(ROOT, 'harness/run/shared-systems.ts'))};
        const shared = new SharedSystems(${JSON.stringify(path.relative(process.cwd(), out))});
        for (const name of ['freeze', 'refuse']) await playInTurn(name, { out: ${JSON.stringify(out)}, shared });`;
      const child = watched(spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] }));
      await child.said(/refuse \(refuse three\) confirmed/);
      const { runs, objects } = await standing();
      expect(runs).toHaveLength(1);
      expect(objects.length).toBeGreaterThan(4);
      child.child.kill('SIGKILL');
      await child.exit;
      const left = () => registeredRuns().filter(({ folder }) => folder.startsWith(out));
      await expect.poll(left, { timeout: 60_000, interval: 200 }).toEqual([]);
      expect(await listLabelled({ run: runs[0] ?? '' })).toEqual([]);
      // By its ledger, wherever its watcher stands.
      const [folder = ''] = readdirSync(out).filter((name) => name.startsWith('shared-'));
      expect(readFileSync(path.join(out, folder, 'heal.log'), 'utf8')).toMatch(/the container of three: container .* is gone/);
    },
    TAKES_MS,
  );
});
