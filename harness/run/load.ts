import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { FORMAT, Plan } from '../model/plan.ts';
import { DEFAULT_POLICY } from '../model/policy.ts';
import { claimsOf, noClaim, ProjectPolicy } from '../model/project-policy.ts';
import { type Scenario, ScenarioIn, type ScenarioText } from '../model/scenario.ts';
import type { Service, System } from '../model/system.ts';
import { UsageError } from '../model/usage-error.ts';
import { ROOT } from '../runtime/root.ts';
import { nearest, templateErrors } from '../runtime/template.ts';
import { withAdopted } from './adoption.ts';
import { complaints } from './complaints.ts';
import { faultErrors } from './fault-errors.ts';
import { figureErrors } from './figure-errors.ts';
import { known } from './known.ts';
import { matches } from './plan.ts';

/** Where the scenarios of this project lie. */
export const SCENARIOS = path.join(ROOT, 'scenarios');

/** The ids of all scenarios and their files, sorted; an id is its file's base name. Throws UsageError when two files claim one id. */
export function scenarioFiles(root = SCENARIOS): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name) && !/\.(test|d|mapping)\.(ts|js)$/.test(name))
    .sort();
  const found = new Map<string, string>();
  for (const name of files) {
    const id = path.basename(name).replace(/\.(ts|js)$/, '');
    const before = found.get(id);
    if (before !== undefined) throw new UsageError(`two scenarios are called "${id}": ${before} and ${path.join(root, name)}; rename one`);
    found.set(id, path.join(root, name));
  }
  return found;
}

/** Loads and checks a scenario by its id or the path of its file. Throws UsageError with the file, the place, and what to write instead. */
export async function loadScenario(idOrPath: string, root = SCENARIOS): Promise<Scenario> {
  const looksLikePath = /[/\\]|\.(ts|js|mjs)$/.test(idOrPath);
  const files = looksLikePath ? new Map<string, string>() : scenarioFiles(root);
  const file = looksLikePath ? path.resolve(idOrPath) : files.get(idOrPath);
  if (file === undefined) throw new UsageError(`there is no scenario "${idOrPath}"${nearest(idOrPath, [...files.keys()])}`);
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const loaded = await withAdopted(await load(file, 'a scenario'), file, load);
  const shown = path.relative(process.cwd(), file) || file;
  return { ...checked(loaded, shown), id: path.basename(file).replace(/\.(ts|js|mjs)$/, ''), file };
}

/** Checks a scenario that stands in no file: a test's own. Throws UsageError with the place and what to write instead. */
export function scenarioFrom(text: ScenarioText, id = 'as-written'): Scenario {
  return { ...checked(text, id), id, file: '' };
}

function checked(loaded: unknown, shown: string): z.infer<typeof ScenarioIn> {
  const parsed = ScenarioIn.safeParse(loaded);
  if (!parsed.success) throw new UsageError([`${shown} is no scenario:`, ...complaints(parsed.error, loaded, ScenarioIn)]);
  const wrong = inconsistencies(parsed.data);
  if (wrong.length > 0)
    throw new UsageError([`${shown} is no scenario:`, ...wrong.map(({ path: place, message }) => `  ${place}: ${message}`)]);
  return parsed.data;
}

/** The policy of the project that `from` lies in (`faultline.config.ts`, looked for upwards), or the defaults. */
export async function loadPolicy(from = process.cwd()): Promise<ProjectPolicy> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    for (const name of ['faultline.config.ts', 'faultline.config.js']) {
      const file = path.join(folder, name);
      if (!existsSync(file)) continue;
      const loaded = await load(file, 'a policy');
      const parsed = ProjectPolicy.safeParse(loaded);
      if (!parsed.success) throw new UsageError([`${file} is no policy:`, ...complaints(parsed.error, loaded, ProjectPolicy)]);
      return parsed.data;
    }
    if (path.dirname(folder) === folder) return ProjectPolicy.parse(DEFAULT_POLICY);
  }
}

/** Throws UsageError where a scenario claims what neither the thirteen principles nor its project's policy know, or names another principle than its claim's. */
export function checkClaim({ id, file, claim, principle }: Scenario, policy: ProjectPolicy): void {
  if (claim === null) return;
  const known = claimsOf(policy).find((each) => each.id === claim);
  const wrong =
    known === undefined
      ? `claim: ${noClaim(claim)}`
      : known.principle !== principle
        ? `principle: ${claim} belongs to principle ${known.principle}, not ${principle ?? 'to none'}`
        : null;
  if (wrong !== null) throw new UsageError([`${path.relative(process.cwd(), file) || id} is no scenario of this project:`, `  ${wrong}`]);
}

/** Reads a stored plan. Throws UsageError when it is none, of a newer format, or not consistent in itself. */
export function readPlan(file: string): Plan {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read as a plan: ${(error as Error).message}`, { cause: error });
  }
  const format = typeof document === 'object' && document !== null && 'format' in document ? document.format : undefined;
  if (typeof format === 'number' && format > FORMAT)
    throw new UsageError(`${file} has format ${format}; this Faultline reads up to ${FORMAT}: use a newer one`);
  const parsed = Plan.safeParse(document);
  if (!parsed.success) throw new UsageError([`${file} is no plan:`, ...complaints(parsed.error, document, Plan)]);
  const wrong = systemErrors(parsed.data.system);
  if (wrong.length > 0)
    throw new UsageError([`${file} is no plan:`, ...wrong.map(({ path: place, message }) => `  system.${place}: ${message}`)]);
  return parsed.data;
}

async function load(file: string, what: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const place = error.stack?.split('\n').find((line) => line.includes(file));
    const line = place === undefined ? '' : (/:(\d+):\d+\)?$/.exec(place)?.[1] ?? '');
    throw new UsageError(
      `${path.relative(process.cwd(), file)}${line === '' ? '' : `:${line}`} throws while it is loaded: ${error.message}`,
      { cause },
    );
  }
  if (module.default === undefined)
    throw new UsageError(
      `${path.relative(process.cwd(), file)} has no default export; ${what} is \`export default ${what === 'a policy' ? 'policy' : what === 'a mapping' ? 'adopt' : 'scenario'}({ … })\``,
    );
  return module.default;
}

type Wrong = { readonly path: string; readonly message: string };

/** Names that do not exist, and demands that cannot be met, anywhere in a scenario. */
function inconsistencies(scenario: z.infer<typeof ScenarioIn>): readonly Wrong[] {
  const { system, workload, objectives, sabotages } = scenario;
  const wrong: Wrong[] = systemErrors(system).map(({ path: place, message }) => ({ path: `system.${place}`, message }));
  const services = Object.keys(system.services);
  const journeys = Object.keys(workload.journeys);
  const add = (place: string, message: string) => wrong.push({ path: place, message });

  for (const [name, journey] of Object.entries(workload.journeys)) {
    const place = `workload.journeys.${name}`;
    if ((journey.http === undefined) === (journey.sql === undefined)) add(place, 'say either `http` or `sql`');
    if (journey.deletes !== undefined) {
      const of = workload.journeys[journey.deletes];
      known(`${place}.deletes`, journey.deletes, journeys, 'journey', add);
      if (of !== undefined && (of.kind !== 'write' || of.deletes !== undefined))
        add(`${place}.deletes`, `${journey.deletes} does not write: there is nothing of it to delete`);
      if (journey.kind !== 'write' || !('closed' in journey.load))
        add(place, 'a journey that deletes is a write with closed load: it waits until there is something to delete');
    }
    if (journey.fresh !== undefined && (journey.kind !== 'read' || journey.http === undefined))
      add(`${place}.fresh`, 'only what is read over HTTP can be stale');
    if (journey.at === 'primary') {
      if (system.cluster === undefined) add(`${place}.at`, 'the system has no cluster, so nobody is primary');
    } else for (const service of [journey.at].flat()) known(`${place}.at`, service, services, 'service', add);
    const at = journey.at === 'primary' ? system.cluster?.members[0] : [journey.at].flat()[0];
    if (journey.port !== undefined && at !== undefined)
      known(`${place}.port`, journey.port, Object.keys(system.services[at]?.ports ?? {}), `port of ${at}`, add);
  }
  const { read_back } = workload;
  if (read_back !== undefined) {
    if ((read_back.http === undefined) === (read_back.sql === undefined)) add('workload.read_back', 'say either `http` or `sql`');
    if (read_back.from === 'members') {
      if (system.cluster === undefined) add('workload.read_back.from', 'the system has no cluster, so it has no members');
    } else for (const service of read_back.from) known('workload.read_back.from', service, services, 'service', add);
  }

  const variants =
    scenario.variants === undefined
      ? [['faults', scenario.faults ?? {}] as const]
      : Object.entries(scenario.variants).map(([name, { faults }]) => [`variants.${name}.faults`, faults] as const);
  if (scenario.variants !== undefined && scenario.faults !== undefined) add('faults', 'a scenario with variants has its faults there');
  for (const [place, faults] of variants) faultErrors(place, faults, system, add);

  for (const name of scenario.abort?.must_answer ?? []) {
    known('abort.must_answer', name, services, 'service', add);
    if (system.services[name] !== undefined && system.services[name].ready === undefined)
      add('abort.must_answer', `${name} has no \`ready\` probe, so that nobody sees whether it answers`);
    for (const [place, faults] of variants)
      for (const [fault, step] of Object.entries(faults))
        if ('target' in step && step.target === name) add('abort.must_answer', `${name} must answer, and ${place}.${fault} breaks it`);
  }

  for (const [place, marks] of [
    ['must_see', scenario.must_see ?? []] as const,
    ...Object.entries(scenario.variants ?? {}).map(([name, { must_see }]) => [`variants.${name}.must_see`, must_see ?? []] as const),
  ]) {
    if (marks.includes('new primary') && system.cluster === undefined) add(place, 'the system has no cluster, so that nobody leads it');
    if (marks.includes('alert') && system.alert === undefined) add(place, 'the system has no `alert`, so that none is ever seen');
  }
  if (Object.keys(objectives).length === 0) add('objectives', 'a scenario without objectives can only be inconclusive; promise something');
  for (const [name, objective] of Object.entries(objectives)) {
    if (objective.kind === 'gauge') {
      figureErrors(`objectives.${name}.figure`, objective.figure, objective.figure.at, system, add);
      continue;
    }
    for (const of of objective.of ?? []) known(`objectives.${name}.of`, of, journeys, 'journey', add);
    const mine = (objective.of ?? journeys).flatMap((each) => workload.journeys[each] ?? []);
    const writes = mine.some((journey) => journey.kind === 'write' && journey.deletes === undefined);
    if (objective.kind === 'restore') {
      const { store, seen_by } = objective;
      if (!writes) add(`objectives.${name}`, 'what came back is told by a journey that writes');
      if (read_back === undefined || read_back.from === 'members' || !read_back.from.includes(store))
        add(`objectives.${name}.store`, `${store} is not read back: name it in \`workload.read_back.from\``);
      known(`objectives.${name}.seen_by`, seen_by, journeys, 'journey', add);
      const reader = workload.journeys[seen_by];
      if (reader !== undefined && (reader.kind !== 'read' || !('open' in reader.load)))
        add(`objectives.${name}.seen_by`, `${seen_by} must read, with open load: it is whose return is timed`);
      continue;
    }
    if (objective.kind === 'rpo') {
      if (!writes) add(`objectives.${name}`, 'an RPO needs a journey that writes');
      if (read_back === undefined) add(`objectives.${name}`, 'an RPO needs `workload.read_back`, or nobody knows what was lost');
    } else if (objective.kind !== 'steady' && !mine.some((journey) => 'open' in journey.load))
      add(`objectives.${name}`, 'needs a journey with open load: closed writers wait while the system is down');
    if (objective.kind === 'rto' && typeof objective.within === 'number')
      for (const each of objective.of ?? journeys) {
        const deadline = workload.journeys[each]?.deadline;
        if (deadline !== undefined && deadline > objective.within / 10)
          add(
            `workload.journeys.${each}.deadline`,
            `${deadline} s is more than a tenth of the objective ${name} (${objective.within} s): the deadline would hide part of the outage`,
          );
      }
  }

  if (system.compose !== undefined && sabotages.length > 0)
    add('sabotages', 'an adopted system is not ours to weaken; leave them out, or adopt a second project that is weak');
  for (const [i, sabotage] of sabotages.entries()) {
    known(`sabotages.${i}.objective`, sabotage.objective, Object.keys(objectives), 'objective', add);
    for (const name of sabotage.takes_along ?? []) {
      known(`sabotages.${i}.takes_along`, name, Object.keys(objectives), 'objective', add);
      if (name === sabotage.objective) add(`sabotages.${i}.takes_along`, `${name} is what must fail: leave it out here`);
    }
    for (const variant of sabotage.variants ?? [])
      known(`sabotages.${i}.variants`, variant, Object.keys(scenario.variants ?? {}), 'variant', add);
    for (const glob of Object.keys(sabotage.change.services))
      if (!services.some((name) => matches(glob, name)))
        add(`sabotages.${i}.change.services`, `"${glob}" means no service${nearest(glob, services)}`);
    if (sabotages.findIndex((each) => each.name === sabotage.name) !== i)
      add(`sabotages.${i}.name`, `two sabotages are called "${sabotage.name}"`);
  }
  return wrong;
}

function systemErrors(system: System): readonly Wrong[] {
  const wrong = [...templateErrors(system)];
  const services = Object.keys(system.services);
  const add = (place: string, message: string) => wrong.push({ path: place, message });
  for (const name of system.may_touch ?? []) known('may_touch', name, services, 'service', add);
  for (const [name, { to }] of Object.entries(system.names ?? {})) known(`names.${name}.to`, to, services, 'service', add);
  const adopted = Object.values(system.services).filter((service) => service.url !== undefined).length;
  if (system.compose !== undefined) projectErrors(system, add);
  for (const [name, service] of Object.entries(system.services)) {
    if (service.url !== undefined) adoptionErrors(name, service.url, service, system, add);
    else if (system.compose !== undefined) continue;
    else if (adopted > 0) add(`services.${name}`, 'other services have a `url`: adopt all of a system that runs already, or none of it');
    else if (service.command === undefined && service.image === undefined)
      add(`services.${name}`, 'say `command` (local process), `image` (docker), both, or `url` (it runs already)');
  }
  const { cluster, alert } = system;
  if (alert !== undefined) {
    known('alert.at', alert.at, services, 'service', add);
    if ((alert.quiet === undefined) === (alert.raised === undefined))
      add('alert', 'say either `quiet` (well answered while there is none) or `raised` (what an alert looks like)');
    const asked = alert.quiet?.port ?? alert.raised?.port;
    const ports = Object.keys(system.services[alert.at]?.ports ?? {});
    if (asked !== undefined && system.services[alert.at] !== undefined) known('alert.port', asked, ports, `port of ${alert.at}`, add);
  }
  if (cluster === undefined) return wrong;
  for (const name of cluster.ask) known('cluster.ask', name, services, 'service', add);
  for (const name of cluster.members) {
    known('cluster.members', name, services, 'service', add);
    if (system.services[name] !== undefined)
      known('cluster.sql_port', cluster.sql_port, Object.keys(system.services[name].ports), `port of ${name}`, add);
  }
  return wrong;
}

/** What a mapping of a compose project must say, and cannot. */
function projectErrors(system: System, add: (place: string, message: string) => void): void {
  const own = Object.entries(system.services).filter(([, service]) => service.url === undefined);
  if (system.may_touch === undefined)
    add(
      'may_touch',
      `say which services may be broken, for example \`may_touch: ['${own[0]?.[0] ?? 'db'}']\` (\`[]\`: none); what is not named there is left alone`,
    );
  for (const name of system.may_touch ?? [])
    if (system.services[name]?.url !== undefined)
      add('may_touch', `${name} is known by its address alone, and an address cannot be broken`);
  if (own.length === 0) add('services', `none of them is a service of the project ${system.compose?.project ?? ''}; leave \`compose\` out`);
  for (const [name, service] of own)
    if (service.command !== undefined || service.image !== undefined || service.build !== undefined)
      add(`services.${name}`, 'a service of a compose project runs already: it has neither `command` nor `image`');
  if (system.links !== undefined)
    add('links', "the project's connections go as it was started; a proxy cannot be put into them from outside");
}

function adoptionErrors(name: string, text: string, service: Service, system: System, add: (place: string, message: string) => void): void {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const place = `services.${name}.url`;
  if (service.command !== undefined || service.image !== undefined) add(place, 'what runs already has neither `command` nor `image`');
  if (url.pathname !== '/' || url.search !== '') add(place, `only the address: write the path "${url.pathname}" in the journeys`);
  if (url.username !== '' || url.password !== '') add(place, 'no user and password here: they would stand in every record');
  const here = host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
  if (here && system.compose?.observe === 'inside')
    add(
      place,
      `${host} is the observer's own container, which stands inside the project; say \`compose: { project, observe: 'published' }\``,
    );
  if (!here && !(system.allow_hosts ?? []).includes(host))
    add(place, `${host} is not this machine; if it may be put under load, name it in \`allow_hosts: ['${host}']\``);
}
