import { rm } from 'node:fs/promises';
import type { UndoAction } from '../model/fault.ts';
import { putBack, setProcessor, signalContainer } from '../runtime/docker/change.ts';
import {
  connect,
  execIn,
  isRunning,
  removeContainer,
  removeNetwork,
  removeVolume,
  startContainer,
  unpause,
} from '../runtime/docker/engine.ts';
import { killTree, processesTagged, resume, startTimeOf } from '../runtime/process/tree.ts';

/** A proxy may have to let go of what it holds first. */
const HTTP_WITHIN_MS = 25_000;

/**
 * Carries out one undo from its data alone, and returns what it did in words. Idempotent: what is gone already is well.
 * Throws when something is still there and would not be undone.
 */
export async function carryOut(action: UndoAction): Promise<string> {
  switch (action.do) {
    case 'docker.start':
      await startContainer(action.container);
      return `container ${action.container} runs`;
    case 'docker.unpause':
      await unpause(action.container);
      return `container ${action.container} is not paused`;
    case 'docker.exec':
      return await inside(action.container, action.argv);
    case 'docker.connect':
      await connect(action.container, action.network, action.address, action.aliases);
      return `container ${action.container} is on its network, or gone`;
    case 'docker.remove':
      await removeContainer(action.container);
      return `container ${action.container} is gone`;
    case 'docker.put_back':
      return await putBack(action);
    case 'docker.signal':
      await signalContainer(action.container, action.signal);
      return `${action.signal} sent to container ${action.container}`;
    case 'docker.processor':
      await setProcessor(action.container, action);
      return `container ${action.container} has its processor time back`;
    case 'docker.network.remove':
      await removeNetwork(action.network);
      return `network ${action.network} is gone`;
    case 'docker.volume.remove':
      await removeVolume(action.volume);
      return `volume ${action.volume} is gone`;
    case 'process.resume':
      await resume(action.pid, action.started);
      return `process ${action.pid} runs or is gone`;
    case 'process.end':
      if (startTimeOf(action.pid) === action.started) await killTree(action.pid, action.started);
      return `process ${action.pid} is gone`;
    case 'process.end_tagged':
      for (const found of processesTagged(action.tag)) await killTree(found.pid, found.started);
      return `no process of stand-up ${action.tag} is left`;
    case 'folder.remove':
      await rm(action.path, { recursive: true, force: true, maxRetries: 3 });
      return `folder ${action.path} is gone`;
    case 'http':
      return await request(action.method, action.url, action.body);
  }
}

async function request(method: string, url: string, body?: string): Promise<string> {
  try {
    const json = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
    const answer = await fetch(url, { method, ...json, signal: AbortSignal.timeout(HTTP_WITHIN_MS) });
    return `${method} ${url} gave ${answer.status}`;
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new Error(`${method} ${url} was not answered within ${HTTP_WITHIN_MS / 1000} s, though somebody listens`, { cause: error });
    // Nobody listens: what would have been undone died with its process.
    return `${method} ${url}: nobody there (${(error as Error).message})`;
  }
}

/** A command that undoes something; a container that is gone took with it what there was to undo. */
async function inside(container: string, argv: readonly string[]): Promise<string> {
  const what = `\`${argv.slice(0, 3).join(' ')} …\` in ${container}`;
  const done = await execIn(container, argv);
  if (done === null) return `${container} does not run: nothing is left to undo in it`;
  // A command that ends its own container may not live to say so.
  if (done.code !== 0 && (await runs(container)))
    throw new Error(
      `${what} exited ${done.code}: ${done.stderr.trim().slice(-300) || done.stdout.trim().slice(-300) || 'it said nothing'}`,
    );
  return `ran ${what}`;
}

/** Whether a container still runs, looked at until it ends, for a second at most. */
async function runs(container: string): Promise<boolean> {
  for (let i = 0; i < 20; i++) {
    if (!(await isRunning(container))) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
