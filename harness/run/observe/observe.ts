import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FORMAT, Plan } from '../../model/plan.ts';
import { ObserverLink } from '../../observer/link.ts';
import { readRecording } from '../../record/recording.ts';
import { makeRunFolder, newRunId, writeJson } from '../../record/run-folder.ts';
import { SEALED, writeSeal } from '../../record/seal.ts';
import { TimelineFile } from '../../record/timeline-file.ts';
import { startObserver } from '../../runtime/process/observer.ts';
import { surroundings } from '../environment.ts';
import { planBytes } from '../plan.ts';
import { LiveOutages } from './live.ts';
import { type Seen, seenOf } from './outages.ts';
import type { Target } from './target.ts';

/** How to watch. Seconds; `say` hears of each outage as it begins and ends. */
export interface Watching {
  readonly targets: readonly Target[];
  readonly every_s: number;
  readonly for_s: number;
  readonly deadline_s: number;
  readonly connections: readonly ('fresh' | 'pooled')[];
  readonly status: readonly number[];
  readonly body_has: string | undefined;
  readonly out: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What was seen. `mono_ns`: t = 0 of the recording by this machine's monotonic clock (process.hrtime); `watched_s`: for how long. */
export interface Watched {
  readonly folder: string;
  readonly started_at: string;
  readonly mono_ns: bigint;
  readonly watched_s: number;
  readonly targets: readonly (Seen & { readonly url: string })[];
}

/** Watches systems that run already, for a time or until `signal`, and records what their users would have seen. Nothing of them is touched, nothing of ours is left. */
export async function observe(watching: Watching): Promise<Watched> {
  const { targets, every_s, for_s, deadline_s, connections, status, body_has, out, say, signal } = watching;
  const now = new Date();
  const { id, token } = newRunId('observe', now);
  const folder = makeRunFolder(out, id);
  const plan = planOf(watching);
  writeFileSync(path.join(folder, 'plan.json'), planBytes(plan));
  writeJson(path.join(folder, 'environment.json'), {
    format: FORMAT,
    run_id: id,
    token,
    started_at: now.toISOString(),
    replay: `npx faultline observe ${targets.map(({ url }) => url).join(' ')} --every ${every_s * 1000}ms --for ${for_s}s --deadline ${deadline_s * 1000}ms`,
    demonstration: true,
    ...surroundings(),
  });
  writeFileSync(path.join(folder, 'undo.jsonl'), '');
  let broken: Error | null = null;
  const timeline = new TimelineFile(path.join(folder, 'timeline.jsonl'), (error) => (broken = error));
  const live = new LiveOutages(new Map(targets.map(({ url }, i) => [nameOf(i), url])), deadline_s, now, say);
  const observer = startObserver(token, id);
  const link = new ObserverLink(observer, {
    onLine(line) {
      timeline.append(line);
      live.line(line);
    },
    onProgress: () => undefined,
  });
  let watched_s = 0;
  try {
    await link.hello(id, token);
    await link.mark({ k: 'phase', phase: 'baseline' });
    await link.load(
      targets.flatMap(({ host, port, path: way, header }, i) =>
        connections.map((connection, prober) => ({
          journey: nameOf(i),
          writer: connection === 'fresh' ? 'f' : 'p',
          kind: 'read' as const,
          connection,
          load: 'open' as const,
          every_ns: Math.round(every_s * 1e9),
          offset_ns: Math.round((every_s * 1e9 * prober) / connections.length),
          deadline_ns: Math.round(deadline_s * 1e9),
          give_up_ns: Math.round(Math.max(deadline_s, 1) * 1e9),
          address: { host, port },
          http: {
            method: 'GET' as const,
            path: way,
            headers: { host: header },
            ok: { status: [...status], ...(body_has === undefined ? {} : { body_has }) },
            who: {},
          },
          sql: null,
          salt: token,
        })),
      ),
    );
    const begun = performance.now();
    await Promise.race([pause(for_s, signal), link.dead]);
    watched_s = (performance.now() - begun) / 1000;
    if (link.isDead) throw new Error(`the observer died: ${await link.dead}`);
    await link.unload();
    await link.end();
  } finally {
    await observer.end();
    timeline.close();
  }
  if (broken !== null) throw broken;
  writeSeal(folder, SEALED);
  const recording = await readRecording(folder);
  const [defect] = recording.defects;
  if (defect !== undefined) throw new Error(`what was recorded cannot be relied on: ${defect.detail}`);
  const hello = recording.events.find((event) => event.k === 'hello');
  return {
    folder,
    started_at: now.toISOString(),
    mono_ns: BigInt(hello?.mono_ns ?? 0),
    watched_s,
    targets: targets.map(({ url }, i) => ({ url, ...seenOf(recording, nameOf(i)) })),
  };
}

function nameOf(i: number): string {
  return `target-${i + 1}`;
}

/** The recording is one like any other, so that it has a plan: one journey for each target, no fault, no promise. */
function planOf({ targets, every_s, for_s, deadline_s, connections, status, body_has }: Watching): Plan {
  return Plan.parse({
    format: FORMAT,
    kind: 'faultline.plan',
    scenario: 'observe',
    title: `Watching ${targets.map(({ url }) => url).join(', ')}`,
    principle: null,
    claim: null,
    variant: null,
    runtime: 'process',
    seed: 0,
    system: { name: 'observed', services: Object.fromEntries(targets.map((_, i) => [nameOf(i), {}])) },
    journeys: targets.map(({ path: way }, i) => ({
      name: nameOf(i),
      kind: 'read',
      at: [nameOf(i)],
      port: null,
      http: { path: way, ok: { status, ...(body_has === undefined ? {} : { body_has }) } },
      sql: null,
      load: { open: { every_s, connections } },
      deadline_s,
    })),
    read_back: null,
    faults: [],
    objectives: [],
    predicted: null,
    sabotage: null,
    tau_s: every_s,
    baseline_s: 0,
    window_s: for_s,
    hold_s: 0,
    settle_within_s: 0,
    up_within_s: 0,
    expected_s: for_s,
  });
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
