import type { Counted, HandlerAt } from '../coverage/of-principle.ts';
import type { Reached } from '../coverage/reached.ts';
import type { Change, Compared } from './compare.ts';

/** What a build knew of coverage. `reached` null: its gate kept nothing that can be compared; `stale`: the scenarios whose coverage was measured on another state of its code. */
export interface BuildCoverage {
  readonly reached: readonly Reached[] | null;
  readonly stale: readonly string[];
}

/** A handler as it is found again in another build, where lines have moved: by its file, what it is, in which function, and the how many-th there. */
type Handlers = ReadonlyMap<string, Reached['handlers'][number]>;

/**
 * What changed between two builds of what scenarios reach of the services, by principle and by scenario. Changed where the number of lines or branches that ran did, or of how many, or which handlers a fault reached; it is neither better nor
 * worse, since the services change, too. Where one side was not measured, was measured on another state of its code, or a principle by other scenarios, nobody can say.
 */
export function compareCoverage(before: BuildCoverage, after: BuildCoverage): readonly Compared[] {
  const sides = [before, after] as const;
  const names = sides.flatMap(({ reached }) => (reached ?? []).map(({ name }) => name));
  return [...new Set([...names, ...before.stale, ...after.stale])].map((name) => {
    const said = (change: Change, because: string, details: readonly string[] = []): Compared => ({
      name,
      figure: 'coverage',
      change,
      because,
      ...(details.length === 0 ? {} : { details }),
    });
    const [a, b] = sides.map(({ reached }) => reached?.find((each) => each.name === name));
    if (a === undefined || b === undefined) {
      const of = (a ?? b)?.scenarios ?? [name];
      const missing = [
        ...(a === undefined ? [`before ${absence(of, before)}`] : []),
        ...(b === undefined ? [`now ${absence(of, after)}`] : []),
      ];
      return said('cannot say', missing.join(', '));
    }
    const others = [...only('before', a.scenarios, b.scenarios, after), ...only('now', b.scenarios, a.scenarios, before)];
    if (others.length > 0) return said('cannot say', others.join(', '));
    return reached(a, b, said);
  });
}

function reached(a: Reached, b: Reached, said: (change: Change, because: string, details?: readonly string[]) => Compared): Compared {
  const [was, is] = [handlersOf(a), handlersOf(b)];
  const details = [...onlyOne('before', was, is), ...onlyOne('now', is, was)];
  const figures = [
    counts('lines', a.lines, b.lines),
    counts('branches', a.branches, b.branches),
    counts('handlers that a fault reached', counted(was), counted(is)),
  ];
  const untold = [...notTold('before', a), ...notTold('now', b)];
  const changed = details.length > 0 || figures.some((each) => each.changed);
  return said(changed ? 'changed' : 'not changed', [...figures.map((each) => each.text), ...untold].join('; '), details);
}

function absence(scenarios: readonly string[], { reached, stale }: BuildCoverage): string {
  if (reached === null) return 'its gate kept none';
  const old = scenarios.filter((each) => stale.includes(each));
  return old.length === 0 ? 'none was measured' : `${old.join(', ')} was measured on another state of the code`;
}

/** Scenarios that only one side's principle was measured by. */
function only(side: 'before' | 'now', own: readonly string[], others: readonly string[], other: BuildCoverage): readonly string[] {
  return own
    .filter((name) => !others.includes(name))
    .map(
      (name) =>
        `${name} was measured ${side} only${other.stale.includes(name) ? ', and on another state of the code on the other side' : ''}`,
    );
}

function counts(what: string, was: Counted, is: Counted): { readonly text: string; readonly changed: boolean } {
  const changed = was.hit !== is.hit || was.of !== is.of;
  return { changed, text: `${what} ${share(was)}${changed ? `, now ${share(is)}` : ''}` };
}

function share({ hit, of }: Counted): string {
  return of === 0 ? 'none' : `${hit} of ${of}`;
}

function counted(handlers: Handlers): Counted {
  return { hit: [...handlers.values()].filter((each) => each.reached).length, of: handlers.size };
}

function notTold(side: 'before' | 'now', { not_told }: Reached): readonly string[] {
  return not_told === 0 ? [] : [`${side} ${not_told} ${not_told === 1 ? 'part' : 'parts'} of what ran could not be told`];
}

function handlersOf({ handlers }: Reached): Handlers {
  const times = new Map<string, number>();
  return new Map(
    handlers.map((handler) => {
      const place = `${handler.file}\0${handler.what}\0${handler.name}`;
      const n = (times.get(place) ?? 0) + 1;
      times.set(place, n);
      return [`${place}\0${n}`, handler];
    }),
  );
}

/** Handlers that a fault reached on one side and not on the other, a line each: where they stand on their side. */
function onlyOne(side: 'before' | 'now', own: Handlers, other: Handlers): readonly string[] {
  return [...own].flatMap(([key, handler]) => {
    if (!handler.reached || other.get(key)?.reached === true) return [];
    return [
      `only ${side}: ${place(handler)}${other.has(key) ? '' : side === 'before' ? ', which is not there any more' : ', which was not there'}`,
    ];
  });
}

function place({ file, line, what, name }: HandlerAt): string {
  return `${file}:${line} ${what} in ${name}`;
}
