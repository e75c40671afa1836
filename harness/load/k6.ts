import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { k6 as answering, type Tool } from '../faces/tools.ts';
import type { Place } from '../fault/definition.ts';
import type { UndoAction } from '../model/fault.ts';
import type { Address } from '../model/runtime.ts';
import { ROOT } from '../runtime/root.ts';
import { K6_IMAGE, k6FromImage } from './k6-image.ts';
import { OnCommand } from './on-command.ts';
import { onlyOwn } from './own-network.ts';

const SCRIPT = path.join(ROOT, 'harness', 'load', 'traffic.k6.js');
/** Where k6 and its script lie in a container. */
const INSIDE = { k6: '/opt/k6', script: '/opt/traffic.k6.js' };
const ANSWER_WITHIN_MS = 1000;
/** How many requests of a source may be under way at once: beyond, k6 drops iterations, and says so. */
const VUS = { least: 10, most: 150 };
/** A closed loop of so many clients, one step after the other: where more clients get no more answers is the capacity. */
const CLIENTS = [2, 4, 8, 16];
/** A source outlives its attack by so much, to be told to stop. */
const SPARE_LIFE_S = 300;
/** More than this share not sent, and the load was not what it was to be. */
export const DROPPED_MOST = 0.01;

/** Whom requests go to, and how. */
export interface Towards {
  readonly addresses: readonly Address[];
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** How many a second, over all sources: always the same, or up within `rise_s`, `top_s` at the top, and down again. Seconds; it ends by itself. */
export type Shape = { readonly lasts_s: number } | { readonly rise_s: number; readonly top_s: number };

/** Who asks, where not everybody is alike: shares of people and bots, the rest are attackers. */
export interface Crowd {
  readonly seed: number;
  readonly people: number;
  readonly bots: number;
  readonly sessions: number;
}

/** What a load came to. `dropped`: the share of what was due and never sent. `exits`: how each source's k6 ended, in words. */
export interface CameTo {
  readonly sent: number;
  readonly per_s: number;
  readonly dropped: number;
  readonly good: number;
  readonly refused: number;
  readonly failed: number;
  readonly unanswered: number;
  readonly exits: readonly string[];
}

interface Ended {
  readonly k: 'ready' | 'ended';
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly ran_ms: number;
}

/**
 * The k6 that is used: on PATH or where `.ci/setup` builds it, else taken out of an image that the engine has. Throws when there is none, or one of another version than 2: the error says what was
 * looked for, what was found, and how to get it.
 */
export async function findK6(forContainers: boolean): Promise<Tool> {
  const found = await answering();
  const file = found === null ? null : onPath(found.file);
  // Another system's binary runs on it, and in no container.
  const usable = found !== null && file !== null && (!forContainers || isElf(file));
  const tool = usable ? { file, version: found.version } : await k6FromImage();
  if (tool === null)
    throw new Error(
      `floods need k6 2.x, and there is none: ${found === null ? 'no k6 on PATH or where .ci/setup puts it' : `${found.file} is no Linux program`}, no image ${K6_IMAGE}; run \`.ci/setup\`, or \`docker pull ${K6_IMAGE}\``,
    );
  if (!/\bv?2\.\d+\.\d+/.test(tool.version))
    throw new Error(
      `floods need k6 2.x, and ${tool.file} says "${tool.version}"; put a k6 2.x before it on PATH (\`.ci/setup\` builds one)`,
    );
  return tool;
}

/** What an exit code of k6 means, and whether the load was then what was asked for. */
export function k6Exit(code: number | null): { readonly well: boolean; readonly words: string } {
  const bad = (words: string) => ({ well: false, words: `${words} (k6 exit ${code ?? 'by a signal'})` });
  switch (code) {
    case 0:
      return { well: true, words: 'ran to its end' };
    case 105:
      return { well: true, words: 'was ended by us' };
    case null:
      return bad('was killed');
    case 97:
    case 98:
      return bad('asked a cloud, which nobody told it to');
    case 99:
      return bad('a threshold was crossed');
    case 100:
    case 101:
    case 102:
      return bad('ran out of time by itself');
    case 103:
    case 106:
      return bad('its control interface was used or could not start');
    case 104:
      return bad('our options make no sense to it');
    case 107:
    case 108:
      return bad('our script threw or gave up');
    case 109:
      return bad('k6 itself broke');
    case 110:
      return bad('marked the test as failed');
    default:
      return bad('k6 could not run');
  }
}

/** k6 beside a system, on one or several addresses of its own: idle until it is told to send, and never sending elsewhere than into the run's own network. */
export class K6 {
  readonly #sources: readonly OnCommand<Ended>[];
  readonly #place: { readonly k6: string; readonly script: string };
  #sending = false;

  private constructor(sources: readonly OnCommand<Ended>[], place: { readonly k6: string; readonly script: string }) {
    this.#sources = sources;
    this.#place = place;
  }

  /** Starts its sources; nothing is sent yet. `lives_s`: how long a source lives at most. */
  static async beside(place: Place, name: string, sources: number, local: boolean, lives_s: number): Promise<K6> {
    const tool = await findK6(!local);
    const lies = local ? { k6: tool.file, script: SCRIPT } : INSIDE;
    const helpers = await Promise.all(
      Array.from({ length: sources }, (_, i) =>
        place.helper({
          name: `${name}-${i + 1}`,
          argv: ['node', 'harness/helpers/on-command.ts'],
          env: {
            LIFE_S: String(Math.ceil(lives_s + SPARE_LIFE_S)),
            GOMAXPROCS: '1',
            K6_NO_USAGE_REPORT: 'true',
            K6_AUTO_EXTENSION_RESOLUTION: 'false',
          },
          files: local
            ? []
            : [
                { from: tool.file, to: INSIDE.k6 },
                { from: SCRIPT, to: INSIDE.script },
              ],
        }),
      ),
    );
    const commanded = helpers.map((helper) => new OnCommand<Ended>(helper));
    await Promise.all(commanded.map((each) => each.ready()));
    return new K6(commanded, lies);
  }

  /** The end of every source, as undos. */
  undo(): readonly UndoAction[] {
    return this.#sources.flatMap(({ helper }) => helper.undoStart());
  }

  /** The most good answers a second that a closed loop gets, tried with more and more clients within `ramp_s`; and what each step got. From one source. */
  async capacity(towards: Towards, ramp_s: number): Promise<{ readonly per_s: number; readonly steps: readonly string[] }> {
    // k6 runs nothing for less than a second.
    const clients = ramp_s >= CLIENTS.length ? CLIENTS : CLIENTS.slice(1, 1 + Math.floor(ramp_s));
    const step_s = ramp_s / clients.length;
    const names = clients.map((each) => `closed_${each}`);
    const scenarios = Object.fromEntries(
      clients.map((vus, i) => [
        names[i],
        {
          executor: 'constant-vus',
          vus,
          duration: `${step_s * 1000}ms`,
          startTime: `${i * step_s * 1000}ms`,
          gracefulStop: '0s',
          exec: 'hit',
        },
      ]),
    );
    // k6 counts each step by itself only where a threshold asks.
    const thresholds = Object.fromEntries(names.map((name) => [`traffic_good{scenario:${name}}`, ['count>=0']]));
    const [source] = this.#sources;
    if (source === undefined) throw new Error('there is no source to measure from');
    this.#send(source, towards, scenarios, thresholds, null, 0);
    const said = await source.ended(ramp_s * 1000 + 30_000);
    const { words, well } = k6Exit(said?.code ?? null);
    const summary = said === null ? null : summaryOf(said);
    if (!well || summary === null) throw new Error(`the capacity was not measured: ${words}: ${(said?.err ?? '').trim().slice(-300)}`);
    const rates = names.map((name) => (summary.counts[`traffic_good{scenario:${name}}`] ?? 0) / step_s);
    const per_s = Math.max(...rates);
    if (per_s === 0) {
      const { traffic_refused: refused = 0, traffic_failed: failed = 0, traffic_unanswered: none = 0 } = summary.counts;
      throw new Error(
        `the capacity of ${urlsOf(towards).join(' and ')} is nothing: no good answer within ${ramp_s} s, ${refused} refused, ${failed} failed, ${none} unanswered`,
      );
    }
    return { per_s, steps: rates.map((rate, i) => `${clients[i]} clients: ${Math.round(rate)}`) };
  }

  /** Begins to send, and does not wait. */
  start(towards: Towards, per_s: number, shape: Shape, crowd: Crowd | null): void {
    const each = Math.max(1, Math.round(per_s / this.#sources.length));
    const vus = Math.min(VUS.most, Math.max(VUS.least, Math.ceil(each / 5)));
    const common = { timeUnit: '1s', preAllocatedVUs: vus, maxVUs: vus, gracefulStop: '0s', exec: 'hit' };
    const scenario =
      'lasts_s' in shape
        ? { executor: 'constant-arrival-rate', rate: each, duration: `${shape.lasts_s * 1000}ms`, ...common }
        : {
            executor: 'ramping-arrival-rate',
            startRate: 1,
            stages: [
              { target: each, duration: `${shape.rise_s * 1000}ms` },
              { target: each, duration: `${shape.top_s * 1000}ms` },
              { target: 1, duration: `${shape.rise_s * 1000}ms` },
            ],
            ...common,
          };
    this.#sending = true;
    for (const [i, source] of this.#sources.entries()) this.#send(source, towards, { traffic: scenario }, {}, crowd, i);
  }

  /** Ends it, if it has not ended by itself, and tells what it came to; null when nothing was sent, or nobody is left to say. */
  async stop(within_ms: number): Promise<CameTo | null> {
    for (const source of this.#sources) source.stop();
    const said = this.#sending ? await Promise.all(this.#sources.map((source) => source.ended(within_ms))) : [];
    await Promise.all(this.#sources.map(({ helper }) => helper.end()));
    const told = said.filter((each) => each !== null);
    const summaries = told.flatMap((each) => summaryOf(each) ?? []);
    if (summaries.length === 0) return null;
    const sum = (name: string) => summaries.reduce((all, { counts }) => all + (counts[name] ?? 0), 0);
    const [sent, dropped] = [sum('http_reqs'), sum('dropped_iterations')];
    const ran_s = Math.max(...summaries.map(({ ran_ms }) => ran_ms)) / 1000;
    return {
      sent,
      per_s: ran_s === 0 ? 0 : sent / ran_s,
      dropped: sent + dropped === 0 ? 0 : dropped / (sent + dropped),
      good: sum('traffic_good'),
      refused: sum('traffic_refused'),
      failed: sum('traffic_failed'),
      unanswered: sum('traffic_unanswered'),
      exits: said.map((each) => k6Exit(each === null ? null : each.code).words),
    };
  }

  #send(source: OnCommand<Ended>, towards: Towards, scenarios: object, thresholds: object, crowd: Crowd | null, i: number): void {
    for (const { host } of towards.addresses) onlyOwn('k6', source.helper.host, host);
    const plan = {
      scenarios,
      thresholds,
      urls: urlsOf(towards),
      method: towards.method,
      timeout_ms: ANSWER_WITHIN_MS,
      crowd: crowd === null ? null : { ...crowd, seed: crowd.seed + i },
    };
    // On loopback every source has an address by this; on a network of its own each has one already.
    const from = source.helper.host.startsWith('127.') && process.platform === 'linux' ? ['--local-ips', `127.254.254.${i + 1}`] : [];
    source.run({
      argv: [this.#place.k6, 'run', '--quiet', '--no-color', '--no-usage-report', ...from, this.#place.script],
      env: { PLAN: JSON.stringify(plan) },
    });
  }
}

function urlsOf({ addresses, path: where }: Towards): readonly string[] {
  return addresses.map(({ host, port }) => `http://${host}:${port}${where}`);
}

/** The line that our script writes at its end; null when there is none. */
function summaryOf({ out }: Ended): Summary | null {
  const line = out
    .trim()
    .split('\n')
    .find((each) => each.startsWith('{"counts"'));
  return line === undefined ? null : (JSON.parse(line) as Summary);
}

function onPath(file: string): string | null {
  if (path.isAbsolute(file)) return file;
  const folder = (process.env['PATH'] ?? '').split(path.delimiter).find((each) => isProgram(path.join(each, file)));
  return folder === undefined ? null : path.join(folder, file);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not to be run: another folder may have it.
    return false;
  }
}

function isElf(file: string): boolean {
  return readFileSync(file).subarray(1, 4).toString('latin1') === 'ELF';
}
