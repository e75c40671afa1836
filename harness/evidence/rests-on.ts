import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { definitionOf } from '../fault/faults.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import { makePlan, planBytes, sabotagesOf } from '../run/plan.ts';
import { ROOT } from '../runtime/root.ts';
import { Closure } from './closure.ts';

/** What a claim's evidence rests on: one digest, and the files and packages that went into it. */
export interface RestsOn {
  readonly digest: string;
  readonly parts: readonly string[];
}

/** One seed for all: what is drawn does not change what a claim rests on. */
const SEED = 1;
const OBSERVER = 'harness/observer/main.ts';
const JUDGE = 'harness/judge/judge.ts';
const HELPERS = 'harness/helpers';
const isTest = (name: string) => /\.test\.[jt]s$|\.snap$|\.md$/.test(name);
/** Wheels are fetched when an image is first built; the hashes beside them, which are committed, say what they are. */
const isFetched = (name: string) => name.endsWith('.whl');
/** What is opened by its path, and not imported: what floods send, and which k6 and toxiproxy are built. */
const OPENED: Readonly<Record<string, readonly string[]>> = {
  traffic: ['harness/load/traffic.k6.js', 'fixtures/go.mod'],
  network: ['fixtures/go.mod'],
};

/**
 * What the evidence of a scenario's variant rests on: the scenario, its system (the programs and images of its services), its faults, the helpers that carry them out, observer and judges, each with all that it imports;
 * and the plans of the healthy system and its sabotaged twins, byte for byte, with the promises that the policy makes. When any of it changes, what was shown before is shown no more.
 */
export async function restsOn(scenario: Scenario, variant: string | null, runtime: RuntimeName, policy: Policy): Promise<RestsOn> {
  const plan = (sabotage: string | null) => makePlan(scenario, { variant, sabotage, runtime, seed: SEED, policy });
  const plans = [null, ...sabotagesOf(scenario, variant).map(({ name }) => name)].map(plan);
  const closure = new Closure(ROOT);
  await closure.addModule(scenario.file);
  for (const module of [OBSERVER, JUDGE]) await closure.addModule(path.join(ROOT, module));
  for (const file of modulesIn(path.join(ROOT, HELPERS))) await closure.addModule(file);
  for (const family of new Set(plans.flatMap((each) => each.faults.map(({ fault }) => definitionOf(fault).family)))) {
    for (const file of modulesIn(path.join(ROOT, 'harness/fault', family))) await closure.addModule(file);
    for (const file of OPENED[family] ?? []) closure.addFolder(path.join(ROOT, file));
  }
  for (const each of plans) await addSystem(closure, each);
  return { digest: closure.digest(plans.map(planBytes)), parts: closure.parts };
}

/** The programs that a plan's services run, and the folders that their images are built from. */
async function addSystem(closure: Closure, { system }: Plan): Promise<void> {
  for (const { command = [], docker_command = [], build } of Object.values(system.services)) {
    for (const word of [...command, ...docker_command]) {
      const file = path.join(ROOT, word);
      if (/\.[cm]?[jt]s$/.test(word) && !path.isAbsolute(word) && existsSync(file)) await closure.addModule(file);
    }
    if (build !== undefined) closure.addFolder(path.join(ROOT, build.context), (name) => isTest(name) || isFetched(name));
  }
}

function modulesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !isTest(name))
    .sort()
    .map((name) => path.join(folder, name));
}
