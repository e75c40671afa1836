import type { Rule, Treatment } from '../../helpers/http-rules.ts';
import { LOOK_HEADER, matches } from '../../helpers/http-rules.ts';
import type { Instance, LinkPlace } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Aim } from '../definition.ts';
import type { Injection } from '../injection.ts';
import { linkOf } from './link-of.ts';

/** A route that nobody else uses. */
const ELSEWHERE = '/.faultline-elsewhere';
/** An answer that takes longer is a trickle. */
const SLOW_MS = 250;

/**
 * What is the same in all that is done to answers: a rule at the link's proxy, seen by questions through the link that are treated as if they were on the route. How many requests of others it met
 * is noted at the heal: our own questions see it on a route that nobody else asks, too.
 */
export function onRoute(aim: Aim, treatment: Treatment): Injection {
  const { fault, targets, place } = aim;
  const link = linkOf(aim, 'http');
  const route = String(fault.with?.['route'] ?? '*');
  const rules = `/rules/${fault.name}`;
  const rule: Omit<Rule, 'id'> = { route, treatment };
  return {
    undo: link.undoAsk('DELETE', rules),
    sights: () => sightsOf(aim, link, route, targets[0]),
    async inject() {
      const { status, text } = await link.ask('PUT', rules, rule);
      if (status !== 200) throw new Error(`the proxy of ${link.name} did not take a rule for ${route}: ${status} ${text}`);
      return `${treatment.do} on ${route} through ${link.name}`;
    },
    async heal() {
      const { status, text } = await link.ask('DELETE', rules);
      if (status !== 200) throw new Error(`the proxy of ${link.name} did not end its rule for ${route}: ${status} ${text}`);
      const spoiled = spoiledOf(text);
      if (spoiled === null) return text;
      const said = spoiled === 0 ? `${text}: it met nobody but our own looks` : text;
      await place.note(`${fault.name}: ${said}`, { fault: fault.name, spoiled });
      return said;
    },
  };
}

/** How many requests of others a rule spoiled, by the proxy's last words of it; null where there was no rule any more. */
function spoiledOf(text: string): number | null {
  const [, spoiled] = /^(\d+) of \d+ requests/.exec(text) ?? [];
  return spoiled === undefined ? null : Number(spoiled);
}

function sightsOf({ fault }: Aim, link: LinkPlace, route: string, target: Instance | undefined): readonly Sight[] {
  const asked = question(target, fault.with?.['look']);
  const through = (as: string): Sight['probe'] => ({
    kind: 'http',
    address: link.address,
    ...asked,
    headers: { [LOOK_HEADER]: as },
    ...(fault.fault === 'http-trickle' ? { within_ms: SLOW_MS } : {}),
    ...(fault.fault === 'http-body' ? { body_not: String(fault.with?.['body']) } : {}),
  });
  const means = `${asked.method} ${asked.path}`;
  const sights: Sight[] = [
    {
      name: `${route} through ${link.name} (${fault.name})`,
      on: 'target',
      from: 'observer',
      probe: through(exampleOf(route)),
      means: `${means} through the link, treated like ${route}, gives ${asked.status.join(' or ')} and the whole body`,
    },
    {
      name: `${target?.name} asked directly (${fault.name})`,
      on: 'bystander',
      from: 'observer',
      probe: { kind: 'http', address: link.to, ...asked },
      means: `${means} of the service itself gives ${asked.status.join(' or ')}`,
    },
  ];
  if (!matches(route, 'GET', ELSEWHERE))
    sights.push({
      name: `another route through ${link.name} (${fault.name})`,
      on: 'bystander',
      from: 'observer',
      probe: through(`GET ${ELSEWHERE}`),
      means: `${means} through the link, treated like ${ELSEWHERE}, gives ${asked.status.join(' or ')}`,
    });
  return sights;
}

/** A request on a route: its method, and its path with nothing where anything may stand. */
function exampleOf(route: string): string {
  const [first = '*', second] = route.split(' ');
  const [method, path] = second === undefined ? ['GET', first] : [first, second];
  return `${method} ${path === '*' ? '/' : path.replaceAll('*', '')}`;
}

/** What is asked: something that does no harm, however often. */
function question(target: Instance | undefined, look: unknown): { method: string; path: string; status: readonly number[] } {
  if (typeof look === 'string') return { method: 'GET', path: look, status: [200] };
  const ready = target?.spec.ready;
  if (ready === undefined || !('http' in ready))
    throw new Error(`${target?.name ?? 'the link'} has no ready probe by HTTP that the witness could ask; say \`look: "/some/path"\``);
  return { method: ready.method, path: ready.http, status: ready.status };
}
