import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../model/plan.ts';
import type { Service } from '../model/system.ts';
import { ROOT } from '../runtime/root.ts';

const HOOK = 'harness/coverage/hook.ts';
/** Where this repository lies in the images of Node services. */
export const ROOT_IN_IMAGES = '/faultline';
/** Where a service leaves its coverage, as its own environment says it: what is not Node may leave lcov files there, named `*.info`. */
const IN_IMAGES = '/tmp/faultline-coverage';
const IN_PROCESSES = '${data}/coverage';

/** The program, relative to the root, that a service runs by Node; null where it is none of ours. */
function programOf(service: Service, runtime: Plan['runtime']): string | null {
  const { command = [], docker_command } = service;
  const words = runtime === 'docker' ? (docker_command ?? command) : command;
  const at = words.findIndex((word) => /(^|\/)node$/.test(word));
  return at < 0 ? null : (words.slice(at + 1).find((word) => /\.[cm]?[jt]s$/.test(word)) ?? null);
}

/** The services of a plan whose coverage V8 can tell, by name: the program of each. */
export function programsOf({ system, runtime }: Plan): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(system.services).flatMap(([name, service]) => {
      const program = programOf(service, runtime);
      return program === null ? [] : [[name, program] as const];
    }),
  );
}

/** The plan, with services that tell what of them was executed: Node's by V8 and a hook, all others where they look at FAULTLINE_COVERAGE. For runs of their own: it costs time. */
export function covered(plan: Plan): Plan {
  const [folder, root] = plan.runtime === 'docker' ? [IN_IMAGES, ROOT_IN_IMAGES] : [IN_PROCESSES, ROOT];
  const programs = programsOf(plan);
  const hook = `--import=${pathToFileURL(path.posix.join(root, HOOK)).href}`;
  const node = ({ env: { NODE_OPTIONS: own } }: Service) => ({
    NODE_V8_COVERAGE: folder,
    NODE_OPTIONS: own === undefined ? hook : `${own} ${hook}`,
    // Functions that come out of the cache are counted less exactly.
    NODE_DISABLE_COMPILE_CACHE: '1',
  });
  const services = Object.fromEntries(
    Object.entries(plan.system.services).map(([name, service]) => [
      name,
      { ...service, env: { ...service.env, FAULTLINE_COVERAGE: folder, ...(programs.has(name) ? node(service) : {}) } },
    ]),
  );
  return { ...plan, system: { ...plan.system, services } };
}
