import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../../faces/needs.ts';
import type { UndoAction } from '../../model/fault.ts';
import type { Instance, ObserverProcess, StandUp, StandUpContext } from '../../model/runtime.ts';
import { System } from '../../model/system.ts';
import { dockerRuntime } from './docker.ts';
import {
  execIn,
  listLabelled,
  needEngine,
  removeContainer,
  removeNetwork,
  removeVolume,
  startContainer,
  unless,
  unpause,
} from './engine.ts';

const image = { image: 'faultline/node:dev', build: { context: 'fixtures/images/node', code: true } };
/** Says how often it was started, from a file that lives as long as the stand-up; says goodbye on SIGTERM. */
const KEEPER = `
  const fs = require('node:fs');
  const file = process.env.DATA + '/lives';
  fs.appendFileSync(file, 'x');
  const life = fs.statSync(file).size;
  console.log('life ' + life + ' begins');
  process.on('SIGTERM', () => { console.log('life ' + life + ' ends orderly'); process.exit(0); });
  require('node:http').createServer((_, answer) => answer.end('life ' + life)).listen(+process.env.PORT, process.env.HOST);`;
const FORWARDER = `
  require('node:http').createServer((_, answer) =>
    fetch('http://' + process.env.KEEPER).then((other) => other.text()).then((text) => answer.end(text), (error) => { answer.statusCode = 502; answer.end(String(error)); })
  ).listen(80);`;
const run = `test-${process.pid}`;

const system = System.parse({
  name: 'pair',
  services: {
    forwarder: {
      ...image,
      command: ['node', '-e', FORWARDER],
      env: { KEEPER: '${keeper.addr.http}' },
      ports: { http: 80 },
      ready: { http: '/' },
      after: ['keeper'],
    },
    keeper: {
      ...image,
      command: ['false'],
      docker_command: ['node', '-e', KEEPER],
      env: { DATA: '${data}', HOST: '${self.host}', PORT: '${self.port.http}' },
      ports: { http: 8080, spare: 9090 },
      ready: { http: '/' },
      stateful: true,
      capabilities: ['NET_ADMIN'],
      memory_mb: 2048,
    },
  },
});

/** What a run gives a runtime; keeps what was registered, and whether anything of that name was there already. */
class Context implements StandUpContext {
  readonly run = run;
  readonly logs = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-logs-'));
  readonly progress = () => undefined;
  readonly pending = new Map<string, UndoAction>();
  readonly late: string[] = [];
  readonly id: string;
  readonly signal: AbortSignal;

  constructor(name: string, signal: AbortSignal = new AbortController().signal) {
    this.id = `${name}-${process.pid}`;
    this.signal = signal;
  }

  readonly register = async (what: string, action: UndoAction) => {
    this.pending.set(what, action);
    if (await exists(action)) this.late.push(what);
    return async () => {
      this.pending.delete(what);
      await Promise.resolve();
    };
  };
}

async function exists(action: UndoAction): Promise<boolean> {
  const docker = await needEngine();
  if (action.do === 'docker.remove') return (await unless([404], docker.getContainer(action.container).inspect())) !== undefined;
  if (action.do === 'docker.network.remove')
    return (await unless([404], docker.getNetwork(action.network).inspect().then(Boolean))) !== undefined;
  if (action.do === 'docker.volume.remove') return (await unless([404], docker.getVolume(action.volume).inspect())) !== undefined;
  throw new Error(`unexpected undo ${action.do}`);
}

/** The observer, asked one question at a time. */
class Asker {
  readonly process: ObserverProcess;
  readonly #replies = new Map<number, (reply: { ok: boolean; answer?: string; error?: string }) => void>();
  #n = 0;

  constructor(process: ObserverProcess) {
    this.process = process;
    createInterface({ input: process.stdout }).on('line', (line) => {
      const heard = JSON.parse(line) as { k: string; n: number; ok: boolean };
      if (heard.k === 'reply') this.#replies.get(heard.n)?.(heard);
    });
  }

  async say(command: object): Promise<{ ok: boolean; answer?: string; error?: string }> {
    const n = ++this.#n;
    const reply = new Promise<{ ok: boolean; answer?: string; error?: string }>((resolve) => this.#replies.set(n, resolve));
    this.process.stdin.write(`${JSON.stringify({ n, ...command })}\n`);
    return await reply;
  }

  async ask(instance: Instance, timeout_ms = 1000): Promise<{ ok: boolean; answer?: string; error?: string }> {
    const probe = { kind: 'http', address: instance.address(), method: 'GET', path: '/', status: [200] };
    return await this.say({ do: 'ask', probe, timeout_ms });
  }

  async ready(instance: Instance): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if ((await this.ask(instance)).ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${instance.name} never answered`);
  }
}

await describeNeeding('docker', 'a stand-up on containers', () => {
  let context: Context;
  let standUp: StandUp;
  let asker: Asker;
  const instance = (name: string) => standUp.instances.get(name) as Instance;
  const log = () =>
    readFileSync(path.join(context.logs, 'keeper.log'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('life'));

  beforeAll(async () => {
    context = new Context('pair');
    standUp = await dockerRuntime.standUp(system, context);
    asker = new Asker(await standUp.observer());
    await asker.say({ do: 'hello', run, token: 'abcdef' });
    await standUp.start((each) => asker.ready(each));
  });
  afterAll(async () => {
    await standUp?.down();
    rmSync(context.logs, { recursive: true });
  });

  test('services find each other by addresses that were known before they started, and the observer reaches them', async () => {
    const { host } = instance('keeper').address();
    expect(instance('keeper').address('spare')).toEqual({ host, port: 9090 });
    expect(() => instance('keeper').address('sprae')).toThrow('keeper has no port "sprae"; it has http, spare');
    expect(await asker.ask(instance('forwarder'))).toMatchObject({ ok: true });
    const docker = await needEngine();
    const seen = await docker.getContainer(`faultline-${context.id}-keeper`).inspect();
    expect(Object.values(seen.NetworkSettings.Networks).map((each) => each.IPAddress)).toEqual([host]);
  });

  test('its network leads nowhere, its containers have an init, limits, no restart, and nothing published', async () => {
    const docker = await needEngine();
    expect(await docker.getNetwork(`faultline-${context.id}`).inspect()).toMatchObject({ Internal: true });
    const { HostConfig } = await docker.getContainer(`faultline-${context.id}-keeper`).inspect();
    expect(HostConfig).toMatchObject({
      Init: true,
      CapAdd: ['NET_ADMIN'],
      Memory: 2 ** 31,
      MemorySwap: 2 ** 31,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file' },
    });
    expect(HostConfig.PortBindings ?? {}).toEqual({});
  });

  test('everything carries the labels of run and stand-up, and its undo was registered before it was there', async () => {
    const name = `faultline-${context.id}`;
    const all = await listLabelled({ run, standUp: context.id });
    expect(all.map((each) => `${each.kind} ${each.name}`).sort()).toEqual([
      `container ${name}-forwarder`,
      `container ${name}-keeper`,
      `container ${name}-observer`,
      `network ${name}`,
      `volume ${name}-keeper-data`,
    ]);
    expect(all.every((each) => each.alive && each.run === run)).toBe(true);
    expect([...context.pending.values()]).toHaveLength(all.length);
    expect(context.late).toEqual([]);
  });

  test('a command inside says how it ended and what it printed on each stream', async () => {
    const program = 'process.stdout.write("o".repeat(200000)); console.error("e"); process.exitCode = 7';
    const { code, stdout, stderr } = await instance('keeper').exec(['node', '-e', program]);
    expect([code, stdout.length, stderr]).toEqual([7, 200_000, 'e\n']);
    expect(await instance('keeper').exec(['no-such-program'])).toMatchObject({
      code: expect.toSatisfy((it: number) => it === 126 || it === 127),
    });
  });

  test('killed, twice, and started, twice: same address, same data, a log without gap or repetition', async () => {
    const keeper = instance('keeper');
    const before = keeper.address();
    const lives = log().length;
    await keeper.kill();
    await keeper.kill();
    expect(await keeper.state()).toBe('stopped');
    expect(await asker.ask(keeper)).toMatchObject({ ok: false });
    expect(await keeper.exec(['true'])).toMatchObject({ code: 126 });
    await keeper.start();
    await keeper.start();
    expect(await keeper.state()).toBe('running');
    await asker.ready(keeper);
    expect(keeper.address()).toEqual(before);
    expect(await asker.ask(instance('forwarder'))).toMatchObject({ ok: true });
    expect(log().slice(lives)).toEqual([`life ${lives + 1} begins`]);
    expect(await keeper.tail(1)).toEqual([`life ${lives + 1} begins`]);
  });

  test('dead by the hand of somebody else, and started at once, while the engine takes it for alive: it lives again', async () => {
    const keeper = instance('keeper');
    for (let n = 0; n < 5; n++) {
      const lives = log().length;
      await keeper.processes?.signal('SIGKILL');
      await keeper.start();
      await asker.ready(keeper);
      await expect.poll(() => log().at(-1), { timeout: 10_000 }).toBe(`life ${lives + 1} begins`);
    }
  }, 60_000);

  test('stopped, twice: it hears of it, even frozen; the last that it says is in the log', async () => {
    const keeper = instance('keeper');
    const lives = log().filter((line) => line.endsWith('begins')).length;
    await keeper.pause();
    await keeper.stop(10);
    await keeper.stop(10);
    expect(await keeper.state()).toBe('stopped');
    expect(await keeper.tail(1)).toEqual([`life ${lives} ends orderly`]);
    await keeper.start();
    await asker.ready(keeper);
    expect(log().slice(-2)).toEqual([`life ${lives} ends orderly`, `life ${lives + 1} begins`]);
  });

  test('frozen, twice: alive to the engine, silent to its clients; thawed, twice, it goes on', async () => {
    const keeper = instance('keeper');
    const lives = log().length;
    await keeper.pause();
    await keeper.pause();
    expect(await keeper.state()).toBe('paused');
    expect(await asker.ask(keeper, 300)).toMatchObject({ ok: false });
    await expect(keeper.exec(['true'])).rejects.toThrow(/was not run: the container is paused/);
    await keeper.start();
    expect(await keeper.state()).toBe('paused');
    await keeper.resume();
    await keeper.resume();
    expect(await asker.ask(keeper)).toMatchObject({ ok: true });
    expect(log().length).toBe(lives);
    await keeper.pause();
    await keeper.kill();
    expect(await keeper.state()).toBe('stopped');
    await expect(keeper.pause()).rejects.toThrow(/cannot be frozen: it is stopped/);
    await keeper.start();
    await asker.ready(keeper);
  });

  test('undos are data: carried out by name alone, and again', async () => {
    const keeper = instance('keeper');
    const container = `faultline-${context.id}-keeper`;
    expect(keeper.undoOf('pause')).toEqual([{ do: 'docker.unpause', container }]);
    expect(keeper.undoOf('kill')).toEqual([{ do: 'docker.start', container }]);
    await keeper.pause();
    await unpause(container);
    await unpause(container);
    expect(await keeper.state()).toBe('running');
    await keeper.kill();
    expect(await execIn(container, ['true'])).toBeNull();
    await startContainer(container);
    await startContainer(container);
    expect(await keeper.state()).toBe('running');
    const nothing = `faultline-${context.id}-nothing`;
    for (const undo of [unpause, startContainer, removeContainer, removeNetwork, removeVolume]) await undo(nothing);
    expect(await execIn(nothing, ['true'])).toBeNull();
    // Somebody else started it: its log is followed from where it was left.
    await keeper.start();
    await asker.ready(keeper);
    expect(new Set(log()).size).toBe(log().length);
  });

  test('a helper that died with the service that it sits beside can be started again beside its next life', async () => {
    const keeper = instance('keeper');
    const spec = { name: 'eyes', argv: ['node', '-e', 'process.stdin.resume(); console.log("here")'], beside: 'keeper' };
    const first = await standUp.helper(spec);
    await expect(standUp.helper(spec)).rejects.toThrow(/there are two helpers called "eyes"/);
    await keeper.kill();
    await first.exited;
    await keeper.start();
    await asker.ready(keeper);
    const second = await standUp.helper(spec);
    await expect.poll(() => second.stdout.read()?.toString() ?? '').toContain('here');
    await second.end();
  });

  test('versions name the engine and every image as it is', async () => {
    const versions = await standUp.versions();
    expect(versions['docker engine']).toMatch(/^\d+\./);
    expect(versions['faultline/node:dev']).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('the observer goes when its standard input closes; taken down, twice, nothing is left and every undo is struck out', async () => {
    asker.process.stdin.end();
    expect(await asker.process.exited).toBe(0);
    await asker.process.end();
    await asker.process.end();
    await standUp.down();
    await standUp.down();
    expect(await listLabelled({ standUp: context.id })).toEqual([]);
    expect([...context.pending.keys()]).toEqual([]);
    expect(await instance('keeper').state()).toBe('absent');
    await expect(instance('keeper').start()).rejects.toThrow(/no such container any more/);
    await expect(standUp.observer()).rejects.toThrow(/is going down/);
  });
});

await describeNeeding('docker', 'a stand-up on containers that goes wrong', () => {
  const contexts: Context[] = [];
  const make = (name: string, signal?: AbortSignal) => {
    const context = new Context(name, signal);
    contexts.push(context);
    return context;
  };
  afterAll(() => {
    for (const { logs } of contexts) rmSync(logs, { recursive: true });
  });

  test('a service that dies before it is ready ends the start at once, and says with which code and last words', async () => {
    const command = ['node', '-e', 'console.error("no config, no service"); process.exit(9)'];
    const dies = System.parse({ name: 'dies', services: { one: { ...image, command }, slow: { ...image, command: ['sleep', '600'] } } });
    const context = make('dies');
    const standUp = await dockerRuntime.standUp(dies, context);
    try {
      const never = new Promise<never>(() => undefined);
      await expect(standUp.start(() => never)).rejects.toThrow(
        'one exited (9) before it was ready; last log lines:\n    no config, no service',
      );
    } finally {
      await standUp.down();
    }
    expect(await listLabelled({ standUp: context.id })).toEqual([]);
  });

  test('an observer that is killed is gone by a signal', async () => {
    const standUp = await dockerRuntime.standUp(System.parse({ name: 'empty', services: {} }), make('killed'));
    try {
      const observer = await standUp.observer();
      await observer.end();
      expect(await observer.exited).toBeNull();
    } finally {
      await standUp.down();
    }
  });

  test('stand-ups side by side, made at once, have subnets of their own and never meet', async () => {
    const command = ['node', '-e', KEEPER];
    const env = { DATA: '${data}', HOST: '${self.host}', PORT: '8080' };
    const one = System.parse({ name: 'one', services: { only: { ...image, command, env, ports: { http: 8080 } } } });
    const standUps = await Promise.all([1, 2, 3, 4].map((i) => dockerRuntime.standUp(one, make(`beside-${i}`))));
    try {
      const onlys = standUps.map((each) => each.instances.get('only') as Instance);
      const networks = onlys.map((only) => {
        const [a, b, c, d = 0] = only.address().host.split('.').map(Number);
        return `${a}.${b}.${c}.${d & 192}`;
      });
      expect(new Set(networks).size).toBe(4);
      await Promise.all(standUps.slice(0, 2).map((each) => each.start(async () => undefined)));
      const [here, there] = onlys as [Instance, Instance];
      const fetches = (of: Instance) => {
        const url = `http://${of.address().host}:${of.address().port}`;
        const program = `fetch('${url}', { signal: AbortSignal.timeout(1000) }).then((a) => a.text()).then(console.log, () => process.exit(1))`;
        return here.exec(['node', '-e', program]);
      };
      await expect.poll(() => fetches(here), { timeout: 10_000 }).toMatchObject({ code: 0, stdout: 'life 1\n' });
      expect(await there.state()).toBe('running');
      expect(await fetches(there)).toMatchObject({ code: 1 });
    } finally {
      await Promise.all(standUps.map((each) => each.down()));
    }
  });

  test('called off while it is being made, it leaves nothing', async () => {
    const controller = new AbortController();
    const context = make('off', controller.signal);
    const register = context.register;
    const calledOff = Object.assign(Object.create(context) as Context, {
      register: async (what: string, action: UndoAction) => {
        controller.abort(new Error('Ctrl-C'));
        return await register(what, action);
      },
    });
    await expect(dockerRuntime.standUp(system, calledOff)).rejects.toThrow(/was called off/);
    expect(await listLabelled({ standUp: context.id })).toEqual([]);
    expect([...context.pending.keys()]).toEqual([]);
  });

  test('taken down while services are being made, it waits for them and leaves nothing', async () => {
    const context = make('early');
    const standUp = await dockerRuntime.standUp(system, context);
    const starting = standUp
      .start(async () => undefined)
      .then(
        () => 'started',
        () => 'failed',
      );
    await standUp.down();
    await starting;
    expect(await listLabelled({ standUp: context.id })).toEqual([]);
  });

  test('an image that runs as nobody may still write to its data', async () => {
    const docker = await needEngine();
    const name = `faultline-test-nobody:${process.pid}`;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-image-'));
    try {
      writeFileSync(path.join(folder, 'Dockerfile'), 'FROM faultline/node:dev\nUSER nobody\n');
      const stream = await docker.buildImage({ context: folder, src: ['Dockerfile'] }, { t: name });
      await new Promise<void>((resolve, reject) =>
        docker.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error))),
      );
      const command = ['sh', '-c', 'echo mine > "$0/file" && sleep 600', '${data}'];
      const context = make('nobody');
      const standUp = await dockerRuntime.standUp(System.parse({ name: 'nobody', services: { one: { image: name, command } } }), context);
      try {
        await standUp.start(async (one) => {
          for (let i = 0; i < 100 && (await one.exec(['cat', '/data/file'])).code !== 0; i++)
            await new Promise((resolve) => setTimeout(resolve, 50));
        });
        expect(await (standUp.instances.get('one') as Instance).exec(['cat', '/data/file'])).toMatchObject({ code: 0, stdout: 'mine\n' });
      } finally {
        await standUp.down();
      }
    } finally {
      rmSync(folder, { recursive: true });
      await unless([404], docker.getImage(name).remove());
    }
  });

  test('a system that only has commands, or too many services, is refused with the reason', async () => {
    const local = System.parse({ name: 'local', services: { api: { command: ['true'] }, db: { command: ['true'] }, lb: image } });
    expect(await dockerRuntime.cannot(local)).toBe('api, db have no `image`, only a command; use --runtime process');
    const many = System.parse({ name: 'many', services: Object.fromEntries(Array.from({ length: 61 }, (_, i) => [`s${i}`, image])) });
    expect(await dockerRuntime.cannot(many)).toBe('many has 61 services; a network of a run has room for 40, so split the system');
    expect(await dockerRuntime.cannot(system)).toBeNull();
  });
});
