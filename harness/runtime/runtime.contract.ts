import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Place } from '../fault/definition.ts';
import { definitionOf } from '../fault/faults.ts';
import { carryOut } from '../fault/undo.ts';
import type { UndoAction } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import type { Instance, Runtime, StandUp } from '../model/runtime.ts';
import { System } from '../model/system.ts';
import { registeredRun } from '../record/registry.ts';
import { readPending, readRegistered } from '../record/undo-ledger.ts';
import { type Standing, stand } from '../run/standing.ts';
import { resolveProbe } from '../run/streams.ts';
import { startTimeOf } from './process/tree.ts';
import { waitReady } from './ready.ts';

const WARM_UP_MS = 700;

/** A stand-up of the contract's system. `registered`: every undo of its ledger. */
interface ContractStanding extends Standing {
  readonly began: number;
  registered(): readonly { readonly what: string; readonly action: UndoAction; readonly struck: boolean }[];
}

/**
 * What every runtime promises, one suite per capability: up, ready, address, exec, kill, stop, start again, pause, logs, down; and what the faults that rest on them promise:
 * takes hold, lets go, lets go twice, lets go by its undo alone.
 */
export function runtimeContract(name: string, runtime: Runtime): void {
  describe(`the ${name} runtime keeps the contract`, () => {
    let place: string;
    let it: ContractStanding;
    beforeAll(async () => {
      place = mkdtempSync(path.join(os.tmpdir(), 'faultline-contract-'));
      it = await standUp(runtime, place, {});
    }, 300_000);
    afterAll(async () => {
      await it?.down();
      rmSync(place, { recursive: true, force: true });
    });
    beforeEach(() => {
      expect(it.link.isDead).toBe(false);
    });
    afterEach(async () => {
      for (const instance of it.standUp.instances.values()) {
        await instance.resume();
        await instance.start();
      }
      await well('one');
      await well('two');
    });

    test('up, ready: a service is ready when it answered its probe, not when its port is open', () => {
      expect([...it.standUp.instances.keys()]).toEqual(['one', 'two']);
      // Two waits for one, and each warms up with its port open.
      expect(performance.now() - it.began).toBeGreaterThan(2 * WARM_UP_MS);
    });

    test('address: templates are filled in with addresses that reach the other service', async () => {
      expect(await get('two', '/peer')).toBe('200 1');
      expect(() => one().address('nothing')).toThrow(/one has no port "nothing"/);
    });

    test('undos are registered before what they undo exists, by names that need no memory', () => {
      const kinds = it.registered().map(({ action }) => action.do);
      expect(kinds).toContain(name === 'docker' ? 'docker.network.remove' : 'process.end_tagged');
      expect(kinds).toContain(name === 'docker' ? 'docker.remove' : 'folder.remove');
      expect(it.registered().every(({ struck }) => !struck)).toBe(true);
    });

    test('while it stands it is on the list, with a watcher that heals it when this process dies', () => {
      expect(registeredRun(it.run)).toMatchObject({ pid: process.pid, watcher: { pid: expect.any(Number) } });
    });

    test('exec runs a command in its place, and tells its exit code and output', async () => {
      expect(await one().exec(['node', '-e', 'console.log(6 * 7); process.exit(3)'])).toMatchObject({ code: 3, stdout: '42\n' });
      expect((await one().exec(['no-such-program'])).code).not.toBe(0);
    });

    test('logs: what a service says is in its file while it runs', async () => {
      await expect.poll(() => readFileSync(path.join(place, 'logs', 'one.log'), 'utf8'), { timeout: 5000 }).toMatch(/listening/);
      expect((await one().tail(1)).length).toBe(1);
    });

    test('kill takes all of a service, a child too; start brings it back at its address with its data', async () => {
      const before = Number((await get('one', '/lives')).split(' ')[1]);
      const child = (await get('one', '/child')).split(' ')[1] ?? '';
      await one().kill();
      await one().kill();
      expect(await one().state()).toBe('stopped');
      await unwell('one');
      // What is left of a process that nobody waited for is no process.
      if (name === 'process') expect(startTimeOf(Number(child))).toBeNull();
      await one().start();
      await one().start();
      await well('one');
      expect(await get('one', '/lives')).toBe(`200 ${before + 1}`);
    });

    test('stop asks first: SIGTERM is heard', async () => {
      await one().stop(5);
      await one().stop(5);
      expect(await one().state()).toBe('stopped');
      await expect.poll(() => one().tail(3), { timeout: 5000 }).toContain('heard SIGTERM');
    });

    test('pause freezes: no answer, and its data and its connections stay; resume thaws', async () => {
      await one().pause();
      await one().pause();
      expect(await one().state()).toBe('paused');
      expect(await get('one', '/lives', 500)).toMatch(/no answer/);
      await one().resume();
      await one().resume();
      await well('one');
      expect(await one().state()).toBe('running');
    });

    test.each(['kill', 'stop', 'pause'] as const)('the fault %s takes hold, lets go, lets go twice', async (kind) => {
      const fault = { name: kind, fault: kind, target: 'one', from: null, port: null, grace_s: 2 } as unknown as PlannedFault;
      const injection = definitionOf(kind).injection({ fault, targets: [one()], from: [], place: placeOf(it.standUp) });
      await injection.inject();
      await unwell('one');
      expect(await get('two', '/lives')).toMatch(/^200/);
      await injection.heal();
      await injection.heal();
      await well('one');
    });

    test('the undo of a pause, as data alone, thaws; twice does no harm', async () => {
      const undo = one().undoOf('pause');
      expect(undo.length).toBeGreaterThan(0);
      await one().pause();
      for (const action of [...undo, ...undo]) await carryOut(JSON.parse(JSON.stringify(action)) as UndoAction);
      await well('one');
    });

    const one = () => it.standUp.instances.get('one') as Instance;
    const get = (service: string, url: string, timeout_ms = 3000) => ask(it, service, url, timeout_ms);
    const well = (service: string) => expect.poll(() => get(service, '/health', 1000), { timeout: 20_000, interval: 50 }).toMatch(/^200/);
    const unwell = (service: string) =>
      expect.poll(() => get(service, '/health', 500), { timeout: 5000, interval: 50 }).not.toMatch(/^200/);
  });

  describe(`the ${name} runtime when things go wrong`, () => {
    let place: string;
    beforeEach(() => {
      place = mkdtempSync(path.join(os.tmpdir(), 'faultline-contract-'));
    });
    afterEach(() => rmSync(place, { recursive: true, force: true }));

    test('a service that never gets ready ends in one error: what was asked, for how long, what came back, its last words', async () => {
      await expect(standUp(runtime, place, { MODE: 'never' }, 1.5)).rejects.toThrow(
        /one never became ready: GET \/health at [\d.]+:8080 gave .*HTTP 503 warming up ×\d+.* in 1.5 s; last log lines:\n\s+.*listening/s,
      );
    }, 120_000);

    test('a service that leaves before it is ready ends in one error with its exit code and last words', async () => {
      await expect(standUp(runtime, place, { MODE: 'exit' })).rejects.toThrow(
        /one exited \(7\) before it was ready; last log lines:\n.*this is the last that it says/s,
      );
    }, 120_000);

    test('two stand-ups side by side do not meet, and down leaves nothing of one and all of the other', async () => {
      const [a, b] = await Promise.all([standUp(runtime, path.join(place, 'a'), {}), standUp(runtime, path.join(place, 'b'), {})]);
      try {
        const hosts = (standing: Standing) => [...standing.standUp.instances.values()].map((instance) => instance.address().host);
        expect(hosts(a).filter((host) => hosts(b).includes(host))).toEqual([]);
        await a.standUp.instances.get('one')?.kill();
        expect(await ask(b, 'one', '/lives', 3000)).toBe('200 1');
      } finally {
        await a.down();
        await a.standUp.down();
        expect(await ask(b, 'one', '/health', 3000)).toMatch(/^200/);
        await b.down();
      }
      expect([a, b].map(({ run }) => registeredRun(run))).toEqual([null, null]);
      // What was registered is struck out, or would find nothing to do.
      for (const { struck } of [...a.registered(), ...b.registered()]) expect(struck).toBe(true);
      for (const instance of a.standUp.instances.values()) expect(['absent', 'stopped']).toContain(await instance.state());
    }, 180_000);
  });
}

/** What a fault may use of a stand-up. */
function placeOf(standUp: StandUp): Place {
  return {
    system: { name: 'contract', services: {} },
    instances: standUp.instances,
    id: standUp.id,
    links: standUp.links,
    helper: (spec) => standUp.helper(spec),
    leader: () => null,
    note: () => Promise.resolve(),
  };
}

async function standUp(runtime: Runtime, place: string, env: Record<string, string>, within_s = 30): Promise<ContractStanding> {
  const service = (more: object) => ({
    image: 'faultline/node:dev',
    build: { context: 'fixtures/images/node', code: true },
    command: ['node', 'fixtures/contract/server.ts'],
    ports: { http: 8080 },
    ready: { http: '/health' },
    ...more,
  });
  const common = { HOST: '${self.host}', PORT: '${self.port.http}', DATA: '${data}', WARM_UP_MS: String(WARM_UP_MS), ...env };
  const system = System.parse({
    name: 'contract',
    services: { one: service({ env: common }), two: service({ env: { ...common, PEER: '${one.addr.http}' }, after: ['one'] }) },
  });
  const standing = await stand(runtime, system, place);
  try {
    const began = performance.now();
    await standing.standUp.start((instance) =>
      waitReady(
        instance,
        (probe, timeout_ms) => standing.link.ask(resolveProbe(probe, instance), timeout_ms),
        within_s,
        new AbortController().signal,
      ),
    );
    const registered = () => {
      const pending = new Set(readPending(place).pending.map(({ n }) => n));
      return readRegistered(place).map(({ n, what, action }) => ({ what, action, struck: !pending.has(n) }));
    };
    return { ...standing, began, registered };
  } catch (error) {
    await standing.down();
    throw error;
  }
}

/** Asks a service from where clients stand: "200 text", or why there was no answer. */
async function ask({ standUp: stood, link }: Standing, service: string, url: string, timeout_ms: number): Promise<string> {
  const instance = stood.instances.get(service) as Instance;
  const { answer } = await link.ask({ kind: 'http', address: instance.address(), method: 'GET', path: url, status: [200] }, timeout_ms);
  return answer.replace(/^HTTP /, '');
}
