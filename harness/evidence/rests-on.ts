import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Family } from '../fault/definition.ts';
import { definitionOf } from '../fault/faults.ts';
import type { FaultKind } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import { chancesOf, makePlan, planBytes, sabotagesOf } from '../run/plan.ts';
import { runsWith } from '../runtime/docker/context.ts';
import { ROOT } from '../runtime/root.ts';
import { Closure } from './closure.ts';

/** What a claim's evidence rests on: one digest; and the files and packages that can change it, those among them that do so only by what they come to. */
export interface RestsOn {
  readonly digest: string;
  readonly parts: readonly string[];
}

/** One seed for all: what is drawn does not change what a claim rests on. */
const SEED = 1;
const OBSERVER = 'harness/observer/main.ts';
const JUDGE = 'harness/judge/judge.ts';
const HELPERS = 'harness/helpers';
/** Where faults are made, and their traffic. */
const FAULTS = ['harness/fault', 'harness/load'];
const isTest = (name: string) => /\.test\.[jt]s$|\.snap$|\.md$/.test(name);
/** Wheels are fetched when an image is first built; the hashes beside them, which are committed, say what they are. */
const isFetched = (name: string) => name.endsWith('.whl');
/** What is opened by its path, and not imported: what floods send, and which k6 and toxiproxy are built. */
const OPENED: Readonly<Record<string, readonly string[]>> = {
  traffic: ['harness/load/traffic.k6.js', 'fixtures/go.mod'],
  network: ['fixtures/go.mod'],
};

/**
 * What the evidence of a scenario's variant rests on: its system (the programs and images of its services), its faults, the helpers that carry them out, observer and the judges of what it promises, each with all that it imports and runs with;
 * and the plans of the healthy system and its sabotaged twins, with the promises that the policy makes: all that the scenario's own file says, but for words to people. When any of it changes, what was shown before is shown no more.
 */
export async function restsOn(scenario: Scenario, variant: string | null, runtime: RuntimeName, policy: Policy): Promise<RestsOn> {
  const plan = (sabotage: string | null) => makePlan(scenario, { variant, sabotage, runtime, seed: SEED, policy });
  const plans = [null, ...sabotagesOf(scenario, variant).map(({ name }) => name)].map(plan);
  const closure = new Closure(ROOT);
  const judges = new Set(plans.flatMap(({ objectives }) => objectives.map(({ kind }) => `harness/judge/${kind}.ts`)));
  for (const module of [OBSERVER, JUDGE, ...judges]) await closure.addModule(path.join(ROOT, module));
  for (const kind of new Set(plans.flatMap((each) => each.faults.map(({ fault }) => fault)))) {
    const { family } = definitionOf(kind);
    for (const file of modulesOf(kind, family)) await closure.addModule(file);
    for (const file of OPENED[family] ?? []) closure.addFolder(path.join(ROOT, file));
  }
  for (const file of helpersOf(closure.parts)) await closure.addModule(file);
  for (const each of plans) await addSystem(closure, each);
  // Of a weakness that chance shows, one run is enough: whoever says so of another one takes less for a proof.
  const byChance = Object.entries(chancesOf(scenario, variant)).map(([name, within]) => `${name} within ${within}`);
  return {
    digest: await closure.digest([...plans.map(deedsOf), ...byChance, ...runsWith()]),
    parts: [...new Set([...closure.parts, ...(await writtenIn(scenario))])].sort(),
  };
}

/** A plan without what is said of it to people. */
function deedsOf(plan: Plan): string {
  const { reference, ...system } = plan.system;
  const predicted = plan.predicted && { ...plan.predicted, from: '' };
  const sabotage = plan.sabotage && { ...plan.sabotage, title: '' };
  return planBytes({ ...plan, title: '', system, predicted, sabotage });
}

/** The files that a scenario is written in: what they come to is in its plans. */
async function writtenIn({ file }: Scenario): Promise<readonly string[]> {
  const closure = new Closure(ROOT);
  await closure.addModule(file);
  return closure.parts;
}

/** The programs that a plan's services run, and the folders that their images are built from. */
async function addSystem(closure: Closure, { system }: Plan): Promise<void> {
  for (const { command = [], docker_command = [], build } of Object.values(system.services)) {
    for (const word of [...command, ...docker_command]) {
      const file = path.join(ROOT, word);
      if (/\.[cm]?[jt]s$/.test(word) && !path.isAbsolute(word) && existsSync(file)) await closure.addProgram(file);
    }
    if (build !== undefined) closure.addFolder(path.join(ROOT, build.context), (name) => isTest(name) || isFetched(name));
  }
}

/** The modules of its family that define a kind of fault; where it is defined by other words, those that speak of it. */
function modulesOf(kind: FaultKind, family: Family): readonly string[] {
  const modules = modulesIn(path.join(ROOT, 'harness/fault', family)).filter((file) => path.basename(file) !== 'index.ts');
  const having = (text: string) => modules.filter((file) => readFileSync(file, 'utf8').includes(text));
  const [found = []] = [having(`kind: '${kind}'`), having(`'${kind}'`)].filter((each) => each.length > 0);
  if (found.length === 0) throw new Error(`no module of harness/fault/${family} speaks of '${kind}'`);
  return found;
}

/** The programs that may be started beside a system: those of faults only where these modules, which are their faults', speak of them. */
function helpersOf(modules: readonly string[]): readonly string[] {
  const ofFaults = spokenOf(
    FAULTS.flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    ),
  );
  const ofThese = spokenOf(modules);
  return modulesIn(path.join(ROOT, HELPERS)).filter((file) => !ofFaults.has(path.basename(file)) || ofThese.has(path.basename(file)));
}

/** The helpers that modules of faults name. */
function spokenOf(modules: readonly string[]): ReadonlySet<string> {
  const own = modules.filter((name) => FAULTS.some((folder) => name.startsWith(`${folder}/`)) && name.endsWith('.ts') && !isTest(name));
  return new Set(
    own.flatMap((name) =>
      [...readFileSync(path.join(ROOT, name), 'utf8').matchAll(/helpers\/([a-z0-9-]+\.ts)/g)].map(([, helper]) => helper ?? ''),
    ),
  );
}

function modulesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !isTest(name))
    .sort()
    .map((name) => path.join(folder, name));
}
