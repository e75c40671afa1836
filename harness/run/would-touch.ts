import { notOffered } from '../fault/definition.ts';
import { definitionOf } from '../fault/faults.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { credentialsIn, missingCredentials } from '../model/secret.ts';
import { UsageError } from '../model/usage-error.ts';
import { runtimeNamed } from './runtime-named.ts';
import { inWords } from './stage.ts';

/**
 * What a plan would touch of a system that runs already, in lines, before anything happens: its containers as they are now, who looks and from where, what each fault would do and how it is undone,
 * and what stays alone. Empty for systems that are stood up. Throws UsageError when the system is not there, or is not what the mapping says.
 */
export async function wouldTouch(plan: Plan): Promise<readonly string[]> {
  const { system } = plan;
  if (plan.runtime !== 'adopted' && plan.runtime !== 'compose') return [];
  const missing = missingCredentials(plan, process.env);
  const runtime = await runtimeNamed(plan.runtime);
  const cannot = await runtime.cannot(system);
  if (missing.length > 0 || cannot !== null) throw new UsageError([...(cannot === null ? [] : [cannot]), ...missing]);
  const addresses = Object.entries(system.services).flatMap(([name, { url }]) =>
    url === undefined ? [] : [`    ${name}: ${url}, under load and read back; never started, stopped or removed`],
  );
  const names = [...new Set(credentialsIn(plan).map(({ name }) => name))];
  return [
    ...(plan.runtime === 'compose' ? await ofProject(plan) : [`  adopts what runs at these addresses:`]),
    ...addresses,
    ...plan.faults.flatMap((fault) => deedsOf(fault, notOffered(definitionOf(fault.fault), runtime.can))),
    ...(names.length === 0 ? [] : [`  takes ${names.join(', ')} from the environment, and writes no value of them down`]),
  ];
}

async function ofProject({ system, faults }: Plan): Promise<readonly string[]> {
  const { needEngine } = await import('../runtime/docker/engine.ts');
  const { findProject } = await import('../runtime/compose/project.ts');
  const { mayTouch, networksOf } = await import('../runtime/compose/compose.ts');
  const { gapsBelow } = await import('../runtime/compose/gaps.ts');
  const docker = await needEngine();
  const project = await findProject(docker, system);
  if (!project.ok) throw new UsageError(project.why);
  const touched = [...project.found].filter(([name]) => mayTouch(system, name));
  const gaps = Math.max(
    0,
    ...(
      await gapsBelow(
        docker,
        touched.map(([, found]) => found),
      )
    ).values(),
  );
  const inside = system.compose?.observe !== 'published';
  return [
    `  adopts the compose project ${system.compose?.project ?? ''} as it runs now:`,
    ...[...project.found].map(
      ([name, { container, id, state, endpoints, restart }]) =>
        `    ${name}: container ${container} (${id.slice(0, 12)}), ${state}, restart policy ${restart}${endpoints.map(({ network, address }) => `, on ${network} at ${address || 'no address'}`).join('')}: ${mayTouch(system, name) ? 'MAY BE TOUCHED' : 'left alone'}`,
    ),
    ...(project.unmapped.length === 0 ? [] : [`    not in the mapping, left alone: ${project.unmapped.join(', ')}`]),
    inside
      ? `  looks from a container of ours that joins ${networksOf(project.found).join(', ')}, publishes nothing, and is removed at the end`
      : '  looks from this machine, at published ports; nothing joins its networks',
    ...(gaps === 0
      ? []
      : [`  holds up to ${gaps} free addresses meanwhile, by containers of ours, so that what is killed comes back where it was`]),
    ...(faults.length === 0 ? ['  breaks nothing'] : []),
  ];
}

/** What a fault does to what is adopted, how it is undone, or that it stays, and how it is seen, in lines. `not`: why it is not offered there; null: it is. */
export function deedsOf({ name, fault, target }: PlannedFault, not: string | null): readonly string[] {
  const { does, undone_by, seen_by } = definitionOf(fault);
  if (not !== null) return [`  ${name} on ${inWords(target)} IS NOT OFFERED HERE: ${not}`];
  return [
    `  ${name} on ${inWords(target)}: ${does}`,
    undone_by.startsWith('nothing')
      ? `    STAYS: undone by ${undone_by}`
      : `    undone by ${undone_by}${fault === 'by-hand' ? '' : '; goes back to the state found'}`,
    `    seen by ${seen_by}`,
  ];
}
