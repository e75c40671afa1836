import path from 'node:path';
import { byPrinciple } from '../coverage/of-principle.ts';
import { reachedBy } from '../coverage/reached.ts';
import { readCoverage } from '../coverage/store.ts';
import { HISTORY } from '../evidence/history.ts';
import { NotKept } from '../evidence/replace-json.ts';
import { readTrends } from '../evidence/trend.ts';
import { lastLine } from '../gate/answer.ts';
import { changedSince } from '../gate/changed.ts';
import { type Choice, choose, demonstration, shardOf } from '../gate/choose.ts';
import { type Catalogue, catalogue } from '../gate/facts.ts';
import { begunGate, GATE_LOCK, historyIn, keepRecord, newGateFolder } from '../gate/gate-folder.ts';
import { joinHistories } from '../gate/join-histories.ts';
import { digestsOf, gateStandings } from '../gate/record.ts';
import { nameOf, type RunEvidence, twinName } from '../model/evidence.ts';
import { type GateRecord, type GateRun, type GateStep, PROFILES, type Profile } from '../model/gate.ts';
import { PRINCIPLES } from '../model/principle.ts';
import type { ProjectPolicy } from '../model/project-policy.ts';
import { EXIT } from '../model/reason.ts';
import type { RuntimeName } from '../model/runtime.ts';
import { UsageError } from '../model/usage-error.ts';
import { printable } from '../report/escape.ts';
import { writeGate } from '../report/gate/write.ts';
import { surroundings } from '../run/environment.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { takeLock } from '../run/lock.ts';
import { chanceOf, makePlan, sabotagesOf } from '../run/plan.ts';
import { oneOf, parse, RETRY, wholeNumber } from './arguments.ts';
import { out } from './out.ts';
import { checkHistory, checkOut, stopSignal } from './play.ts';
import { playAndKeep, playTwin, runsLeft, type TwinToPlay } from './twins.ts';

/**
 * `faultline gate`: which of the thirteen principles hold for this build, how we know, and what nobody has looked at. Plays what its profile chooses, and answers by that and by the evidence that still holds.
 * Exit 0 when every claim that gates (of the principles that were asked for, where some were) is proven or holds; 1 when one failed or a waiver is over; 2 when one came to nothing or is not verified; 4 when something could not be healed.
 */
export async function gateCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    ...RETRY,
    profile: { type: 'string', default: 'gate' },
    'changed-since': { type: 'string' },
    principle: { type: 'string', multiple: true, default: [] },
    shard: { type: 'string', default: '1/1' },
    'repeat-each': { type: 'string' },
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
  const repeats = values['repeat-each'] === undefined ? null : wholeNumber('repeat-each', values['repeat-each'], 1);
  const principles = principlesFrom(values.principle);
  const changed = values['changed-since'] === undefined ? null : changedSince(values['changed-since']);
  checkOut(values.out);
  const policy = await loadPolicy();
  let known = await catalogue(policy, values.history);
  const digests = digestsOf(known);
  // What cannot be read is told before anything is played.
  readTrends(values.history);
  readCoverage(digests, values.history);
  const now = Date.now();
  const same = {
    commit: surroundings().commit,
    profile,
    changed_since: values['changed-since'] ?? null,
    ...(principles === null ? {} : { principles }),
    shard,
    digests,
  };
  // Only the night takes so long that it is ended and started again.
  const begun = profile === 'full' ? begunGate(values.out, same, tell) : null;
  if (begun !== null && !values['dry-run']) {
    checkHistory(values.history, []);
    exchange(begun.place, values.history, digests);
    known = await catalogue(policy, values.history);
  }
  const choice =
    profile === 'smoke'
      ? await demonstration(known.candidates, policy)
      : choose(profile, known.candidates, policy, now, { changed, principles });
  // All shards divide what was chosen when the night began: what they have shown since is no part of that.
  const steps = begun?.record.steps ?? choice.steps.map((step) => (repeats === null ? step : { ...step, plays: repeats }));
  const runs: GateRun[] = [...(begun?.record.runs ?? [])];
  const mine = shardOf(steps, shard.n, shard.of);
  const open = await openTwins(mine, runs, choice.steps, { policy, repeats });
  const left = begun === null ? choice.left : begun.record.left.filter(({ name }) => !steps.some((step) => twinName(step) === name));
  if (begun !== null)
    tell(`goes on with ${path.relative(process.cwd(), begun.place)}: ${mine.length - open.length} of ${mine.length} are on the record`);
  announce(profile, open, steps.length, left);
  if (values['dry-run']) return EXIT.held;

  if (open.some(({ step }) => step.claim !== null))
    checkHistory(
      values.history,
      open.map(({ step }) => nameOf(step.scenario, step.variant)),
    );
  const at = begun?.record.at ?? new Date(now).toISOString();
  const place = begun?.place ?? newGateFolder(values.out, { at, shard });
  const lock = await takeLock(place, GATE_LOCK, 'a gate');
  if (!lock.got) throw new UsageError(`${place} is being played by process ${lock.by.pid}: wait for it`);
  const { SharedSystems } = await import('../run/shared-systems.ts');
  const shared = new SharedSystems(values.out);
  const broken: Choice['left'][number][] = [];
  const record = (interrupted: boolean): GateRecord => ({
    format: 1,
    kind: 'faultline.gate',
    at,
    ended: new Date().toISOString(),
    ...same,
    steps: [...steps],
    left: [...left, ...broken, ...unreached(open, runs, broken)],
    runs,
    interrupted,
  });
  try {
    exchange(place, values.history, digests, [historyIn(place)]);
    // Until it is over it is one that was interrupted: whoever is killed leaves it so.
    keepRecord(place, record(true));
    for (const { step, twin } of open) {
      if (stopSignal().aborted) break;
      const played = (run: RunEvidence) => {
        runs.push({ step, run });
        keepRecord(place, record(true));
        if (step.claim !== null) exchange(place, values.history, digests);
      };
      try {
        tell(`\n${twinName(step)}: ${step.why}`);
        // Kept beside the record first. Whatever the profile: what failed on this code is on the record, and another try does not take it off.
        await (step.claim === null ? playTwin : playAndKeep)(twin, { ...values, history: historyIn(place), shared }, played);
      } catch (error) {
        if (error instanceof NotKept) throw new NotKept(`${error.message}; what was played so far lies in ${place}`, { cause: error });
        // One step that cannot be played takes nothing of the others along.
        const why = `it could not be played: ${error instanceof Error ? error.message : String(error)}`;
        tell(`${twinName(step)}: ${why}`);
        broken.push({ name: twinName(step), why });
      }
    }
    const interrupted = stopSignal().aborted;
    const stuck = await shared.close().then(
      () => null,
      (error: Error) => error.message,
    );
    // What was kept just now is known, too. What still stands makes it one that came to no end: the same command goes on with it when that is healed.
    const code = await answer(
      place,
      record(interrupted || stuck !== null),
      runs.length === 0 ? known : await catalogue(policy, values.history),
      policy,
      values,
    );
    if (stuck === null) return code;
    tell(`${stuck}; run \`npx faultline heal\``);
    return EXIT.unhealed;
  } finally {
    await shared.close().catch((error: Error) => tell(error.message));
    lock.release();
  }
}

/** Writes what a gate, or several shards of one, came to into its folder; prints it, and returns the exit code. */
export async function answer(
  place: string,
  record: GateRecord,
  known: Catalogue,
  policy: ProjectPolicy,
  { json, history }: { readonly json: boolean; readonly history: string },
): Promise<number> {
  const claims = gateStandings(record, known, policy);
  const { code, line } = lastLine(claims, record);
  const { current, stale } = readCoverage(digestsOf(known), history);
  keepRecord(place, record);
  const files = await writeGate(place, {
    record,
    claims,
    code,
    line,
    coverage: { principles: byPrinciple(current), stale },
    reached: reachedBy(current),
    trends: readTrends(history),
  });
  if (json) {
    out(files.json);
    return code;
  }
  for (const each of files.console) out(each);
  out(`report  ${path.relative(process.cwd(), place)}/report.html`);
  // Its end is a system's own words.
  out(printable(line));
  return code;
}

/** A step that is not done yet: its twin, with what was played of it before. */
interface OpenStep {
  readonly step: GateStep;
  readonly twin: TwinToPlay;
  /** How many runs of it are left, at most. */
  readonly plays: number;
  /** A text that is the same for steps that need the same system. */
  readonly system: string;
}

/** What is still to be played of some steps: those that were begun, and of the others what nothing else has shown since (`chosen`). Those that need the same system follow each other, so that they can have the same one. */
async function openTwins(
  steps: readonly GateStep[],
  runs: readonly GateRun[],
  chosen: readonly GateStep[],
  { policy, repeats }: { readonly policy: ProjectPolicy; readonly repeats: number | null },
): Promise<readonly OpenStep[]> {
  const wanted = new Map(chosen.map((step) => [twinName(step), step.plays ?? 1]));
  const open: OpenStep[] = [];
  for (const step of steps) {
    const before = runs.flatMap((each) => (twinName(each.step) === twinName(step) ? [each.run] : []));
    const missing = wanted.get(twinName(step)) ?? 0;
    if (missing === 0 && (repeats === null || before.length === 0)) continue;
    const scenario = await loadScenario(step.scenario);
    const sabotage = sabotagesOf(scenario, step.variant).find(({ name }) => name === step.sabotage) ?? null;
    // Of those that are missing, the ones that were played here and came to nothing are for another night.
    const nothing = before.filter(({ outcome }) => outcome === 'inconclusive').length;
    const twin = {
      scenario,
      variant: step.variant,
      sabotage,
      runtime: step.runtime as RuntimeName,
      policy,
      repeats: repeats ?? (chanceOf(sabotage) === null ? before.length + Math.max(0, missing - nothing) : 1),
      before,
      until_it_is_decided: repeats === null,
    };
    const plays = runsLeft(twin, before);
    if (plays > 0) open.push({ step, twin, plays, system: systemOf(twin) });
  }
  return [...Map.groupBy(open, ({ system }) => system).values()].flat();
}

function systemOf({ scenario, variant, sabotage, runtime, policy }: TwinToPlay): string {
  const { system } = makePlan(scenario, { variant, sabotage: sabotage?.name ?? null, runtime, seed: 1, policy });
  return JSON.stringify([runtime, system]);
}

/** What a gate's folder and the history have, in both of them (`into`: or in one): whichever is lost or behind has it again. */
function exchange(place: string, history: string, digests: Readonly<Record<string, string>>, into = [historyIn(place), history]): void {
  const joined = joinHistories([historyIn(place), history], digests);
  for (const folder of into) joined.keep(folder);
}

/** What was to be played, and was not: the gate was ended before. */
function unreached(open: readonly OpenStep[], runs: readonly GateRun[], broken: Choice['left']): Choice['left'] {
  const done = new Set([...runs.map(({ step }) => twinName(step)), ...broken.map(({ name }) => name)]);
  return open.flatMap(({ step }) => (done.has(twinName(step)) ? [] : [{ name: twinName(step), why: 'the gate was ended before it' }]));
}

/** The principles that are asked for, in order, each once; null where none is named, which means all. */
function principlesFrom(words: readonly string[]): number[] | null {
  const asked = new Set(words.map((word) => wholeNumber('principle', word, 1)));
  for (const each of asked)
    if (each > PRINCIPLES.length) throw new UsageError(`there are ${PRINCIPLES.length} principles, and no principle ${each}`);
  return asked.size === 0 ? null : [...asked].sort((a, b) => a - b);
}

/** `2/4` as numbers. */
function shardFrom(text: string): { readonly n: number; readonly of: number } {
  const [, n, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (!(Number(n) >= 1 && Number(n) <= Number(of))) throw new UsageError(`--shard takes one of several, for example "2/4", not "${text}"`);
  return { n: Number(n), of: Number(of) };
}

/** Before anything starts: what will run, what will not and why, and how long it takes. */
function announce(profile: Profile, mine: readonly OpenStep[], all: number, left: Choice['left']): void {
  const took = ({ step, plays }: OpenStep) => step.expected_s * plays;
  const seconds = mine.reduce((sum, each) => sum + took(each), 0);
  const runs = mine.reduce((sum, { plays }) => sum + plays, 0);
  tell(
    `gate, profile ${profile}: ${mine.length}${mine.length < all ? ` of ${all}` : ''} to play${runs === mine.length ? '' : `, ${runs} runs at most`}, about ${duration(seconds)}`,
  );
  for (const [i, open] of mine.entries()) {
    const { step, twin, plays, system } = open;
    const times = plays === 1 ? '' : `, ${chanceOf(twin.sabotage) === null ? '' : 'at most '}${plays} times`;
    const shares =
      step.runtime === 'docker' && system === mine[i - 1]?.system ? '; on the same stand-up, if it is left as it was found' : '';
    tell(`  plays   ${twinName(step)} on ${step.runtime}${times}, about ${duration(took(open))}: ${step.why}${shares}`);
  }
  for (const { name, why } of left) tell(`  leaves  ${name}: ${why}`);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
