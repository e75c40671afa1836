import path from 'node:path';
import { byPrinciple } from '../coverage/of-principle.ts';
import { readCoverage } from '../coverage/store.ts';
import { HISTORY } from '../evidence/history.ts';
import { readTrends } from '../evidence/trend.ts';
import { lastLine } from '../gate/answer.ts';
import { changedSince } from '../gate/changed.ts';
import { type Choice, choose, demonstration, shardOf } from '../gate/choose.ts';
import { type Catalogue, catalogue } from '../gate/facts.ts';
import { digestsOf, gateStandings } from '../gate/record.ts';
import { type GateRecord, type GateRun, type GateStep, PROFILES, type Profile } from '../model/gate.ts';
import type { Policy } from '../model/policy.ts';
import { EXIT } from '../model/reason.ts';
import type { RuntimeName } from '../model/runtime.ts';
import { UsageError } from '../model/usage-error.ts';
import { printable } from '../report/escape.ts';
import { writeGate } from '../report/gate/write.ts';
import { surroundings } from '../run/environment.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { sabotagesOf } from '../run/plan.ts';
import { oneOf, parse, RETRY, wholeNumber } from './arguments.ts';
import { out } from './out.ts';
import { checkOut, stopSignal } from './play.ts';
import { playAndKeep, playTwin, type TwinOptions, twinName } from './twins.ts';

/**
 * `faultline gate`: which of the thirteen principles hold for this build, how we know, and what nobody has looked at. Plays what its profile chooses, and answers by that and by the evidence that still holds.
 * Exit 0 when every claim that gates is proven or holds; 1 when one failed or a waiver is over; 2 when one came to nothing or is not verified; 4 when something could not be healed.
 */
export async function gateCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    ...RETRY,
    profile: { type: 'string', default: 'gate' },
    'changed-since': { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    'repeat-each': { type: 'string', default: '1' },
    seed: { type: 'string' },
    history: { type: 'string', default: HISTORY },
    out: { type: 'string', default: 'reports' },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length > 0)
    throw new UsageError(`gate takes no "${positionals[0]}": a profile, \`--profile ${PROFILES.join('|')}\`, says what is played`);
  const profile = oneOf('profile', values.profile, PROFILES);
  const shard = shardFrom(values.shard);
  const repeats = wholeNumber('repeat-each', values['repeat-each'], 1);
  const changed = values['changed-since'] === undefined ? null : changedSince(values['changed-since']);
  checkOut(values.out);
  const policy = await loadPolicy();
  const known = await catalogue(policy, values.history);
  // What cannot be read is told before anything is played.
  readTrends(values.history);
  readCoverage(digestsOf(known), values.history);
  const now = Date.now();
  const { steps, left } =
    profile === 'smoke' ? await demonstration(known.candidates, policy) : choose(profile, known.candidates, policy, now, changed);
  const mine = shardOf(steps, shard.n, shard.of);
  announce(profile, mine, steps.length, left, repeats);
  if (values['dry-run']) return EXIT.held;

  const began = new Date(now).toISOString();
  const runs: GateRun[] = [];
  const broken: Choice['left'][number][] = [];
  // Evidence that is written meanwhile changes the checkout, and not what is tried.
  const { commit } = surroundings();
  for (const step of mine) {
    if (stopSignal().aborted) break;
    try {
      runs.push(...(await playStep(step, policy, repeats, values)));
    } catch (error) {
      // One step that cannot be played takes nothing of the others along.
      const why = `it could not be played: ${error instanceof Error ? error.message : String(error)}`;
      process.stderr.write(`${twinName(step)}: ${why}\n`);
      broken.push({ name: twinName(step), why });
    }
  }
  const record: GateRecord = {
    format: 1,
    kind: 'faultline.gate',
    at: began,
    ended: new Date().toISOString(),
    commit,
    profile,
    changed_since: values['changed-since'] ?? null,
    shard,
    steps: [...steps],
    left: [...left, ...broken, ...unreached(mine, runs, broken)],
    digests: digestsOf(known),
    runs,
    interrupted: stopSignal().aborted,
  };
  // What was kept just now is known, too.
  return await answer(record, runs.length === 0 ? known : await catalogue(policy, values.history), policy, values);
}

/** Writes what a gate, or several shards of one, came to; prints it, and returns the exit code. */
export async function answer(
  record: GateRecord,
  known: Catalogue,
  policy: Policy,
  { out: folder, json, history }: { readonly out: string; readonly json: boolean; readonly history: string },
): Promise<number> {
  const claims = gateStandings(record, known, policy);
  const { code, line } = lastLine(claims, record);
  const { current, stale } = readCoverage(digestsOf(known), history);
  const files = await writeGate(folder, {
    record,
    claims,
    code,
    line,
    coverage: { principles: byPrinciple(current), stale },
    trends: readTrends(history),
  });
  if (json) {
    out(files.json);
    return code;
  }
  for (const each of files.console) out(each);
  out(`report  ${path.relative(process.cwd(), files.place)}/report.html`);
  // Its end is a system's own words.
  out(printable(line));
  return code;
}

async function playStep(step: GateStep, policy: Policy, repeats: number, options: TwinOptions): Promise<readonly GateRun[]> {
  const scenario = await loadScenario(step.scenario);
  const sabotage = sabotagesOf(scenario, step.variant).find(({ name }) => name === step.sabotage) ?? null;
  const twin = { scenario, variant: step.variant, sabotage, runtime: step.runtime as RuntimeName, policy, repeats };
  process.stderr.write(`\n${twinName(step)}: ${step.why}\n`);
  // Whatever the profile: what failed on this code is on the record, and another try does not take it off.
  const played = await (step.claim === null ? playTwin : playAndKeep)(twin, options);
  return played.runs.map(({ attempts: _, ...run }) => ({ step, run }));
}

/** What was to be played, and was not: the gate was ended before. */
function unreached(mine: readonly GateStep[], runs: readonly GateRun[], broken: Choice['left']): Choice['left'] {
  const done = new Set([...runs.map(({ step }) => twinName(step)), ...broken.map(({ name }) => name)]);
  return mine.flatMap((step) => (done.has(twinName(step)) ? [] : [{ name: twinName(step), why: 'the gate was ended before it' }]));
}

/** `2/4` as numbers. */
function shardFrom(text: string): { readonly n: number; readonly of: number } {
  const [, n, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (!(Number(n) >= 1 && Number(n) <= Number(of))) throw new UsageError(`--shard takes one of several, for example "2/4", not "${text}"`);
  return { n: Number(n), of: Number(of) };
}

/** Before anything starts: what will run, what will not and why, and how long it takes. */
function announce(profile: Profile, mine: readonly GateStep[], all: number, left: Choice['left'], repeats: number): void {
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const seconds = mine.reduce((sum, step) => sum + step.expected_s * repeats, 0);
  tell(`gate, profile ${profile}: ${mine.length}${mine.length < all ? ` of ${all}` : ''} to play, about ${duration(seconds)}`);
  for (const step of mine)
    tell(`  plays   ${twinName(step)} on ${step.runtime}, about ${duration(step.expected_s * repeats)}: ${step.why}`);
  for (const { name, why } of left) tell(`  leaves  ${name}: ${why}`);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
