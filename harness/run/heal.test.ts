import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeNeeding } from '../faces/needs.ts';
import { registeredRun, registerRun } from '../record/registry.ts';
import { readPending, UndoLedger } from '../record/undo-ledger.ts';
import { LABEL, needEngine, unless } from '../runtime/docker/engine.ts';
import { ensureImage, OBSERVER_IMAGE } from '../runtime/docker/image.ts';
import { owner, startTimeOf } from '../runtime/process/tree.ts';
import { auditAll, auditRun } from './audit/audit.ts';
import { changed } from './audit/containers.ts';
import { markIn } from './audit/residue.ts';
import { heal } from './heal.ts';

const RUN = '20261126-000000-theirs-qqqqqq';
/** An id that no process has: the kernel gives none beyond 2^22. */
const DEAD = { pid: 4194301, started: '7' };

let place: string;
let folder: string;
const said: string[] = [];
const print = (line: string) => void said.push(line);
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-heal-'));
  folder = path.join(place, RUN);
  mkdirSync(folder);
  vi.stubEnv('XDG_STATE_HOME', path.join(place, 'state'));
  said.splice(0);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true, force: true });
});

describe('healing', () => {
  test('goes newest first, on past what fails, tries that again until its time is up, and says how it is done by hand', async () => {
    const ledger = new UndoLedger(folder);
    const own = path.join(place, 'own');
    mkdirSync(own);
    ledger.register('its folder', { do: 'folder.remove', path: own });
    // Nothing can be removed below a file.
    ledger.register('the impossible', { do: 'folder.remove', path: path.join(folder, 'undo.jsonl', '\0') });
    ledger.register('a process', { do: 'process.end', ...DEAD });
    ledger.close();
    registerRun({ run: RUN, folder, ...DEAD, since: '' }).keep();
    const { healed, stuck } = await heal({ only: [RUN], within_ms: 1500, print });
    expect(healed).toBe(2);
    expect(existsSync(own)).toBe(false);
    expect(stuck).toMatchObject([{ what: 'the impossible', command: expect.stringContaining('rm -rf') }]);
    const log = readFileSync(path.join(folder, 'heal.log'), 'utf8');
    expect(log.indexOf('a process:')).toBeLessThan(log.indexOf('its folder:'));
    expect(log).toMatch(/the impossible: not yet: /);
    expect(log).toMatch(/STUCK: the impossible: .*; by hand: rm -rf/);
    // It stays on the list, with what is still to be undone, for the next one.
    expect(registeredRun(RUN)).not.toBeNull();
    expect(readPending(folder).pending.map((undo) => undo.what)).toEqual(['the impossible']);
  });

  test('a claim on a lock that cannot be removed is told, and nothing ends with it', async () => {
    const claim = path.join(place, 'state/faultline/locks', `theirs~${DEAD.pid}~${DEAD.started}`);
    // Not a file: rm refuses it, as it does another user's in a sticky folder.
    mkdirSync(claim, { recursive: true });
    expect(await heal({ only: [RUN], print })).toEqual({ healed: 0, stuck: [] });
    expect(said.join('\n')).toContain(`the claim ${claim} stays`);
  });

  test('a run that is alive is left alone', async () => {
    const ledger = new UndoLedger(folder);
    ledger.register('its folder', { do: 'folder.remove', path: folder });
    ledger.close();
    const registered = registerRun({ run: RUN, folder, pid: process.pid, started: startTimeOf(process.pid) ?? '', since: '' });
    expect(await heal({ only: [RUN], print })).toMatchObject({ healed: 0, stuck: [] });
    expect(said.join('\n')).toMatch(/is alive \(process \d+\): left alone/);
    expect(existsSync(folder)).toBe(true);
    registered.remove();
  });

  test('a ledger that was lost is no reason to leave what carries the mark', async () => {
    const stray = spawn('sleep', ['300'], { env: { ...process.env, FAULTLINE_STANDUP: 'qqqqqq' }, stdio: 'ignore' });
    const lookalike = spawn('sleep', ['300'], { env: { ...process.env, FAULTLINE_STANDUP: 'qqqqqz' }, stdio: 'ignore' });
    registerRun({ run: RUN, folder: path.join(place, 'gone'), ...DEAD, since: '' }).keep();
    expect((await heal({ only: [RUN], print })).stuck).toEqual([]);
    await expect.poll(() => stray.signalCode).toBe('SIGKILL');
    expect(lookalike.exitCode ?? lookalike.signalCode).toBeNull();
    expect(registeredRun(RUN)).toBeNull();
    lookalike.kill('SIGKILL');
  });
});

describe('an audit', () => {
  test('finds a process, a folder, a toxic and an entry of a run that is over, each with the command that removes it, and blames nobody who is alive', async () => {
    const left = spawn('sleep', ['300'], {
      env: { PATH: process.env.PATH, FAULTLINE_STANDUP: 'qqqqqq', FAULTLINE_OWNER: `${os.hostname()}:4194301:7` },
      stdio: 'ignore',
    });
    const used = spawn('sleep', ['300'], {
      env: { PATH: process.env.PATH, FAULTLINE_STANDUP: 'wwwwww', FAULTLINE_OWNER: owner() },
      stdio: 'ignore',
    });
    const proxy = http.createServer((request, response) => {
      response.statusCode = request.url === '/proxies/db/toxics/slow' ? 200 : 404;
      response.end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/proxies/db/toxics`;
    const ledger = new UndoLedger(folder);
    ledger.register('slow', { do: 'http', method: 'DELETE', url: `${at}/slow` })();
    ledger.register('cut', { do: 'http', method: 'DELETE', url: `${at}/cut` })();
    ledger.close();
    const own = path.join(os.tmpdir(), 'faultline-qqqqqq');
    mkdirSync(own, { recursive: true });
    registerRun({ run: RUN, folder, ...DEAD, since: '' }).keep();
    try {
      const { residue } = await auditAll();
      const mine = residue.filter(({ mark }) => mark === 'qqqqqq').map(({ kind, command }) => ({ kind, command }));
      expect(mine).toContainEqual({ kind: 'process', command: `kill -KILL ${left.pid}` });
      expect(mine).toContainEqual({ kind: 'file', command: `rm -rf ${own}` });
      expect(mine).toContainEqual({ kind: 'run', command: `npx faultline heal ${RUN}` });
      expect(residue.some(({ mark }) => mark === 'wwwwww')).toBe(false);

      const began = performance.now();
      const ofRun = await auditRun(RUN, folder, 'process', new Map());
      expect(ofRun.map(({ kind }) => kind).sort()).toEqual(['file', 'process', 'toxic']);
      expect(ofRun.find(({ kind }) => kind === 'toxic')).toMatchObject({ what: `${at}/slow`, command: `curl -X DELETE ${at}/slow` });
      // A second at the end of a run, and this machine may be busy.
      expect(performance.now() - began).toBeLessThan(5000);
    } finally {
      proxy.close();
      rmSync(own, { recursive: true });
      left.kill('SIGKILL');
      used.kill('SIGKILL');
    }
  });

  test('compares what was set of adopted containers with what it is, and says how it is set right', () => {
    const before = new Map([
      [
        'web',
        new Map([
          ['state', 'running'],
          ['Memory', '0'],
          ['network shop', '["10.0.0.7",[]]'],
        ]),
      ],
    ]);
    const after = new Map([
      [
        'web',
        new Map([
          ['state', 'paused'],
          ['Memory', '64'],
          ['rule -A INPUT -j DROP', 'there'],
        ]),
      ],
    ]);
    expect(changed(before, before)).toEqual([]);
    expect(changed(before, after).map(({ kind, what, command }) => [kind, what, command])).toEqual([
      ['setting', 'web: state: was running, is paused', 'docker start web; docker unpause web'],
      ['setting', 'web: Memory: was 0, is 64', 'docker update --memory 0 web'],
      ['setting', 'web: network shop: was ["10.0.0.7",[]], is not there', 'docker network connect --ip 10.0.0.7 shop web'],
      ['rule', 'web: rule -A INPUT -j DROP: was not there, is there', 'docker restart web'],
    ]);
  });

  test('a mark is known where it stands, and not where it only seems to', () => {
    expect(markIn('faultline-x7k2p9')).toBe('x7k2p9');
    expect(markIn('-A INPUT -m comment --comment "faultline:x7k2p9" -j DROP')).toBe('x7k2p9');
    expect(markIn('/var/lib/docker/volumes/faultline-x7k2p9-pg-1-data/_data')).toBe('x7k2p9');
    expect(markIn('faultline-context')).toBeNull();
    expect(markIn('my-faultline-x7k2p9z')).toBeNull();
  });
});

await describeNeeding('docker', 'what is undone inside a container', () => {
  test('is tried again before that is removed, though one try failed', async () => {
    const docker = await needEngine();
    const image = await ensureImage(OBSERVER_IMAGE, () => undefined, new AbortController().signal);
    const name = `faultline-qqqqqq-helper-${process.pid}`;
    const Labels = { [LABEL.run]: RUN, [LABEL.standUp]: 'qqqqqq', [LABEL.owner]: `${os.hostname()}:${DEAD.pid}:${DEAD.started}` };
    await docker.createContainer({ name, Image: image, Cmd: ['sleep', '600'], Labels, HostConfig: { NetworkMode: 'none', Init: true } });
    try {
      await docker.getContainer(name).start();
      const ledger = new UndoLedger(folder);
      ledger.register('the helper', { do: 'docker.remove', container: name });
      ledger.register('a rule', {
        do: 'docker.exec',
        container: name,
        argv: ['sh', '-c', 'test -f /tmp/tried || { touch /tmp/tried; exit 1; }'],
      });
      ledger.close();
      registerRun({ run: RUN, folder, ...DEAD, since: '' }).keep();
      const { healed, stuck } = await heal({ only: [RUN], within_ms: 20_000, print });
      expect(stuck).toEqual([]);
      expect(healed).toBe(2);
      const log = readFileSync(path.join(folder, 'heal.log'), 'utf8');
      expect(log).toMatch(/the helper: not yet: something is still to be undone inside it/);
      expect(log.indexOf('a rule: ran ')).toBeGreaterThan(0);
      expect(log.indexOf('a rule: ran ')).toBeLessThan(log.indexOf(`the helper: container ${name} is gone`));
    } finally {
      await unless([404], docker.getContainer(name).remove({ force: true }));
    }
  }, 60_000);
});

await describeNeeding('docker', 'containers and networks that only look like ours', () => {
  test('stay; what a dead process of this machine made goes', async () => {
    const docker = await needEngine();
    const image = await ensureImage(OBSERVER_IMAGE, () => undefined, new AbortController().signal);
    const base = { [LABEL.run]: RUN, [LABEL.standUp]: 'qqqqqq' };
    const dead = `${os.hostname()}:${DEAD.pid}:${DEAD.started}`;
    const suffix = String(process.pid);
    const containers = {
      [`faultline-qqqqqq-other-machine-${suffix}`]: { ...base, [LABEL.owner]: 'elsewhere:1:1' },
      [`faultline-qqqqqq-nobody-${suffix}`]: { ...base },
      [`faultline-qqqqqq-living-${suffix}`]: { ...base, [LABEL.owner]: owner() },
      [`faultline-qqqqqq-unlabelled-${suffix}`]: {},
      [`faultline-qqqqqq-left-${suffix}`]: { ...base, [LABEL.owner]: dead },
    };
    const network = `faultline-qqqqqq-${suffix}`;
    const there = async () =>
      (await docker.listContainers({ all: true }))
        .flatMap(({ Names }) => Names.map((name) => name.slice(1)))
        .filter((name) => name in containers);
    try {
      for (const [name, Labels] of Object.entries(containers)) await docker.createContainer({ name, Image: image, Labels });
      await docker.createNetwork({ Name: network, Labels: { 'faultline.runs': RUN }, Internal: true });
      const audit = await auditAll();
      expect(audit.foreign.filter((each) => each.includes('qqqqqq')).length).toBe(2);
      await heal({ only: [RUN], print });
      expect((await there()).sort()).toEqual(
        Object.keys(containers)
          .filter((name) => !name.includes('-left-'))
          .sort(),
      );
      expect(said.join('\n')).toMatch(/other-machine-\d+ carries the label of a run, but was made on elsewhere: left alone/);
      expect(said.join('\n')).toMatch(/nobody-\d+ carries the label of a run, but does not say which process made it: left alone/);
      expect(await unless([404], docker.getNetwork(network).inspect())).toBeDefined();
    } finally {
      for (const name of Object.keys(containers)) await unless([404], docker.getContainer(name).remove({ force: true }));
      await unless([404], docker.getNetwork(network).remove());
    }
  }, 300_000);
});
