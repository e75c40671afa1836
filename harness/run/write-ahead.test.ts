import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Injection } from '../fault/injection.ts';
import type { UndoAction } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { readPending, UndoLedger } from '../record/undo-ledger.ts';
import { healFaults } from './heal-faults.ts';
import { inject } from './play-fault.ts';
import type { Stage } from './stage.ts';

/** What happened to the disk and to the system, in order. */
const trace = vi.hoisted(() => ({ did: [] as string[], failAt: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeSync: (fd: number, bytes: Buffer, at: number) => {
      const text = bytes.toString();
      trace.did.push(`write ${/"state":"(\w+)"/.exec(text)?.[1]} ${/"n":(\d+)/.exec(text)?.[1]}`);
      return fs.writeSync(fd, bytes, at);
    },
    fsyncSync: (fd: number) => {
      if (trace.did.filter((each) => each === 'fsync').length >= trace.failAt) throw new Error('EIO: no such luck');
      fs.fsyncSync(fd);
      trace.did.push('fsync');
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-ahead-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const action: fc.Arbitrary<UndoAction> = fc.oneof(
  fc.record({ do: fc.constantFrom('docker.start' as const, 'docker.unpause' as const, 'docker.remove' as const), container: fc.string() }),
  fc.record({ do: fc.constant('docker.exec' as const), container: fc.string(), argv: fc.array(fc.string()) }),
  fc.record({ do: fc.constant('process.resume' as const), pid: fc.nat(), started: fc.string() }),
  fc.record({ do: fc.constant('http' as const), method: fc.constant('DELETE'), url: fc.webUrl() }),
);
/** Several faults, one after the other; of each the undos that it declares, whether its deed and its heal work, and whether its effect is seen. */
const steps = fc.array(
  fc.record({ undo: fc.array(action, { minLength: 1, maxLength: 5 }), injects: fc.boolean(), seen: fc.boolean(), heals: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

test('every undo of every fault step is on the disk, synced, before its deed begins, and is struck out only after its heal', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (played) => {
      const { did } = await play(played, Number.POSITIVE_INFINITY);
      let n = 0;
      for (const [i, { undo, heals, injects }] of played.entries()) {
        const deed = did.indexOf(`inject ${i}`);
        expect(deed).toBeGreaterThan(-1);
        const healed = did.indexOf(`heal ${i}`);
        for (const _ of undo) {
          n += 1;
          const written = did.indexOf(`write todo ${n}`);
          expect(written).toBeGreaterThan(-1);
          // Synced after it was written and before anything was done.
          expect(did.indexOf('fsync', written)).toBeGreaterThan(written);
          expect(did.indexOf('fsync', written)).toBeLessThan(deed);
          const struck = did.indexOf(`write done ${n}`);
          if (heals) expect(struck).toBeGreaterThan(healed);
          else expect(struck).toBe(-1);
        }
        if (!injects) expect(did.slice(deed)).not.toContain(`injected ${i}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('an undo that cannot be made durable keeps its deed from being done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 5 }), fc.nat(), async (undo, at) => {
      const failAt = at % undo.length;
      const { did, error } = await play([{ undo, injects: true, seen: true, heals: true }], failAt);
      expect(error).toMatch(/EIO/);
      expect(did).not.toContain('inject 0');
    }),
    { numRuns: 60 },
  );
});

test('whenever the process dies between two of its writes, the ledger holds every deed that was begun and not healed', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (played, at) => {
      await play(played, Number.POSITIVE_INFINITY);
      const lines = readFileSync(path.join(folder, 'undo.jsonl'), 'utf8').split('\n').filter(Boolean);
      const crash = at % (lines.length + 1);
      const did = trace.did;
      // What had happened when that many lines were there, and the deed that stood next in the order.
      let written = 0;
      const until = did.findIndex((each) => each.startsWith('write') && ++written > crash);
      const before = until === -1 ? did : did.slice(0, until);
      let n = 0;
      for (const [i, { undo }] of played.entries()) {
        const own = undo.map(() => ++n);
        if (!before.includes(`inject ${i}`)) continue;
        const struck = own.filter((each) => before.includes(`write done ${each}`));
        if (!before.includes(`heal ${i}`)) expect(struck).toEqual([]);
        expect(own.every((each) => before.includes(`write todo ${each}`))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('a deed that is still under way when the run is cut short is over before it is healed', async () => {
  const ledger = new UndoLedger(folder);
  const cut = new AbortController();
  const did: string[] = [];
  const injection: Injection = {
    undo: [],
    inject: async () => {
      cut.abort();
      await new Promise((resolve) => setTimeout(resolve, 100));
      did.push('injected');
      return 'done';
    },
    heal: async () => {
      did.push('healed');
      return await Promise.resolve('undone');
    },
  };
  const stage = { ...stageOn(ledger, []), signal: cut.signal };
  await expect(inject(stage, faultCalled('slow'), { targets: ['one'], from: [], injection })).rejects.toThrow(/interrupted/);
  await healFaults(stage);
  ledger.close();
  expect(did).toEqual(['injected', 'healed']);
});

type Step = { readonly undo: readonly UndoAction[]; readonly injects: boolean; readonly seen: boolean; readonly heals: boolean };

/** Plays fault steps as a run does, upon a system that is only pretended, with a ledger that is real. */
async function play(played: readonly Step[], failAt: number): Promise<{ did: readonly string[]; error: string | null }> {
  rmSync(path.join(folder, 'undo.jsonl'), { force: true });
  trace.did.splice(0);
  trace.failAt = failAt;
  const ledger = new UndoLedger(folder);
  const stage = stageOn(ledger, played);
  let error: string | null = null;
  for (const [i, step] of played.entries()) {
    const injection: Injection = {
      undo: step.undo,
      inject: async () => {
        trace.did.push(`inject ${i}`);
        // All of it can be read by somebody else at this moment.
        expect(readPending(folder).pending.length).toBeGreaterThanOrEqual(step.undo.length);
        if (!step.injects) throw new Error('permission denied');
        trace.did.push(`injected ${i}`);
        return await Promise.resolve('done');
      },
      heal: async () => {
        trace.did.push(`heal ${i}`);
        if (!step.heals) throw new Error('it is stuck');
        return await Promise.resolve('undone');
      },
    };
    try {
      await inject(stage, faultCalled(`step-${i}`), { targets: [`service-${i}`], from: [], injection });
    } catch (thrown) {
      error ??= (thrown as Error).message;
    }
  }
  trace.failAt = Number.POSITIVE_INFINITY;
  await healFaults(stage);
  ledger.close();
  return { did: [...trace.did], error };
}

function stageOn(ledger: UndoLedger, played: readonly Step[]): Stage {
  const never = new Promise<string>(() => undefined);
  let last = -1;
  return {
    plan: { window_s: 1 },
    standUp: { instances: new Map() },
    ledger,
    signal: new AbortController().signal,
    display: { fault: () => undefined, line: () => undefined },
    active: [],
    eyes: new Map(),
    link: {
      dead: never,
      isDead: false,
      latestCluster: () => null,
      watched: () => ({ to: 'alive', how: '' }),
      mark: async () => await Promise.resolve(1),
      when: async () => {
        last += 1;
        return await Promise.resolve(played[last]?.seen === true ? { k: 'watch', hi: 2 } : null);
      },
    },
  } as unknown as Stage;
}

function faultCalled(name: string): PlannedFault {
  return {
    name,
    fault: 'kill',
    target: 'service',
    from: null,
    port: null,
    grace_s: null,
    at_s: 0,
    after: null,
    heal: 'end',
    amplifier: false,
    confirm_within_s: 1,
  };
}
