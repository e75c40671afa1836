import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../../faces/needs.ts';
import { execIn, LABEL, needEngine, removeContainer } from '../../runtime/docker/engine.ts';
import { ensureImage, OBSERVER_IMAGE } from '../../runtime/docker/image.ts';
import { owner } from '../../runtime/process/tree.ts';
import { between, chainsOf, insertScript, removeScript } from './rules.ts';

await describeNeeding('docker', 'rules in a namespace', () => {
  const name = `faultline-rules-${randomBytes(4).toString('hex')}`;
  beforeAll(async () => {
    const docker = await needEngine();
    const image = await ensureImage(OBSERVER_IMAGE, () => undefined, new AbortController().signal);
    const container = await docker.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', '600'],
      Labels: { [LABEL.run]: name, [LABEL.standUp]: name, [LABEL.owner]: owner() },
      HostConfig: { NetworkMode: 'none', Init: true, CapAdd: ['NET_ADMIN'], AutoRemove: true },
    });
    await container.start();
  }, 300_000);
  afterAll(() => removeContainer(name), 60_000);
  const run = async (script: string) => {
    const done = await execIn(name, ['sh', '-c', script]);
    expect(done?.stderr, script).toBe('');
    expect(done?.code, script).toBe(0);
    return done?.stdout ?? '';
  };
  const rules = async () => (await run('iptables-save')).split('\n').filter((line) => /^[:-]/.test(line) && !/ACCEPT/.test(line));

  test('ours go, as often as they were put there; those of another run stay, and so do those that look like ours', async () => {
    const [ours, theirs] = [chainsOf('t1', 'apart'), chainsOf('t2', 'apart')];
    const chance = ['-m', 'statistic', '--mode', 'random', '--probability', '0.3'];
    await run(insertScript(theirs, between(['10.201.0.9'], 'both', 'drop')));
    await run('iptables -I INPUT 1 -s 10.201.0.9 -m comment --comment faultline:t1:apart -j DROP');
    const before = await rules();
    expect(before.length).toBe(7);

    const all = [
      ...between(['10.201.0.9', '10.201.0.8'], 'both', 'drop', chance),
      { way: 'in' as const, match: ['-p', 'tcp', '--dport', '80'], deed: 'reset' as const },
      { way: 'in' as const, match: ['-i', 'lo'], deed: 'pass' as const },
    ];
    await run(insertScript(ours, all));
    await run(insertScript(ours, all));
    expect((await rules()).length).toBe(before.length + 2 + 6 + 4);
    await run(removeScript(ours));
    expect(await rules()).toEqual(before);
    // Nothing there is success.
    await run(removeScript(ours));
    await run(removeScript(theirs));
    expect((await rules()).length).toBe(1);
  }, 60_000);
});
