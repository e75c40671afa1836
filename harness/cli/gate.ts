import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { HISTORY } from '../evidence/store.ts';
import { lastLine } from '../gate/answer.ts';
import { type Choice, choose, shardOf } from '../gate/choose.ts';
import { type Catalogue, catalogue } from '../gate/facts.ts';
import { gateStandings } from '../gate/record.ts';
import { nameOf } from '../model/evidence.ts';
import { type GateRecord, type GateRun, type GateStep, PROFILES, type Profile } from '../model/gate.ts';
import type { Policy } from '../model/policy.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { writeGate } from '../report/gate/write.ts';
import { surroundings } from '../run/environment.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { sabotagesOf } from '../run/plan.ts';
import { ROOT } from '../runtime/root.ts';
import { oneOf, parse, RETRY, wholeNumber } from './arguments.ts';
import { out } from './out.ts';
import { checkOut, stopSignal } from './play.ts';
import { playAndKeep, playTwin, twinName } from './twins.ts';

const DEMONSTRATION = { scenario: 'quickstart', seconds: 45 } as const;

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
  const now = Date.now();
  const { steps, left } = profile === 'smoke' ? smoke(known) : choose(profile, known.candidates, policy, now, changed);
  const mine = shardOf(steps, shard.n, shard.of);
  announce(profile, steps, mine, left, repeats);
  if (values['dry-run']) return EXIT.held;

  const began = new Date(now).toISOString();
  const runs: GateRun[] = [];
  for (const step of mine) {
    if (stopSignal().aborted) break;
    runs.push(...(await playStep(step, policy, { ...values, repeats })));
  }
  const record: GateRecord = {
    format: 1,
    kind: 'faultline.gate',
    at: began,
    commit: surroundings().commit,
    profile,
    changed_since: values['changed-since'] ?? null,
    shard,
    steps: [...steps],
    left: [...left],
    digests: digestsOf(known),
    runs,
    interrupted: stopSignal().aborted,
  };
  return await answer(record, await catalogue(policy, values.history), policy, values);
}

/** Writes what a gate, or several shards of one, came to; prints it, and returns the exit code. */
export async function answer(
  record: GateRecord,
  known: Catalogue,
  policy: Policy,
  { out: folder, json }: { readonly out: string; readonly json: boolean },
): Promise<number> {
  const claims = gateStandings(record, known, policy);
  const { code, line } = lastLine(claims, record);
  const { files, place } = await writeGate(folder, { record, claims, policy, code, line });
  if (json) out(files.json);
  else for (const each of files.console) out(each);
  out(`report: ${path.relative(process.cwd(), place)}/report.html`);
  if (!json) out(line);
  return code;
}

async function playStep(
  step: GateStep,
  policy: Policy,
  options: {
    readonly seed?: string | undefined;
    readonly out: string;
    readonly json: boolean;
    readonly 'no-retry': boolean;
    readonly history: string;
    readonly repeats: number;
  },
): Promise<readonly GateRun[]> {
  const scenario = await loadScenario(step.scenario);
  const sabotage = step.sabotage === null ? null : (sabotagesOf(scenario, step.variant).find(({ name }) => name === step.sabotage) ?? null);
  const twin = { scenario, variant: step.variant, sabotage, runtime: step.runtime as 'docker', policy, repeats: options.repeats };
  process.stderr.write(`\n${twinName(step)}: ${step.why}\n`);
  // A healthy run of a gate is this gate's alone: evidence is what `prove` and the profile *full* keep.
  const play = options.keeps ? playAndKeep : playTwin;
  const played = await play(twin, options);
  return played.runs.map(({ attempts: _, ...run }) => ({ step, run, folder: run.id, demonstration: step.claim === null }));
}
