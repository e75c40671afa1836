import type { FaultKind } from '../../model/fault.ts';
import type { LinkPlace } from '../../model/runtime.ts';
import type { Probe } from '../../model/system.ts';
import type { ResolvedProbe } from '../../observer/protocol.ts';
import { removal, type Toxic, toxiproxyBy } from '../../runtime/links/toxiproxy.ts';
import type { Aim, FaultDefinition } from '../definition.ts';
import { cannotSee, probeAt, probeOfLink } from './link-probe.ts';

export type Ways = 'to' | 'from' | 'both';
export type With = NonNullable<Aim['fault']['with']>;

/** A fault that toxics do: which, and what question through the link shows it. */
export interface ToxicFault {
  readonly kind: FaultKind;
  readonly does: string;
  readonly seen_by: string;
  /** What is put on each way, without its name and way. More than one: in this order. */
  toxics(parameters: With): readonly Pick<Toxic, 'type' | 'attributes'>[];
  /** The question that is answered well while the fault is absent, and in words. */
  sight(
    parameters: With,
    way: Ways,
    probe: Probe,
    link: LinkPlace,
  ): { readonly probe: ResolvedProbe; readonly means: string; readonly every_ms?: number };
  /** What changes while it is there: called until the function that it returns is called. */
  play?(parameters: With, change: (nth: number, attributes: Toxic['attributes']) => Promise<void>): () => void;
  draw?: FaultDefinition['draw'];
}

/** A fault on a declared link, done by toxics of ours beside whatever toxics others put there, always on all of its connections. */
export function toxicFault({ kind, does, seen_by, toxics, sight, play, draw }: ToxicFault): FaultDefinition {
  return {
    kind,
    family: 'network',
    does,
    touches: 'both',
    needs: ['links'],
    seen_by: `${seen_by}; the same service asked directly must stay well`,
    undone_by: 'taking our toxics from the link, by their names',
    ...(draw === undefined ? {} : { draw }),
    injection(aim) {
      const { link, probe, parameters, way } = linkOf(aim);
      const proxies = toxiproxyBy((method, path, body) => link.ask(method, path, body));
      const each = (way === 'both' ? (['to', 'from'] as const) : [way]).flatMap((one) =>
        toxics(parameters).map((toxic, i): Toxic & { nth: number } => ({
          ...toxic,
          way: one,
          name: `faultline-${aim.fault.name}-${one}-${i}`,
          nth: i,
        })),
      );
      const words = `${kind} on link ${link.name}, ${way === 'both' ? 'both ways' : way === 'to' ? 'towards' : 'back from'} ${aim.targets[0]?.name ?? ''}`;
      let stop: (() => void) | null = null;
      return {
        sights: () => [
          { name: `${aim.fault.name}: through ${link.name}`, on: 'target', from: 'observer', ...sight(parameters, way, probe, link) },
          directly(aim, link, probe),
        ],
        undo: each.flatMap(({ name }) => {
          const { method, path } = removal(link.name, name);
          return link.undoAsk(method, path);
        }),
        async inject() {
          for (const toxic of each) await proxies.add(link.name, toxic);
          stop =
            play?.(parameters, async (nth, attributes) => {
              for (const toxic of each) if (toxic.nth === nth) await proxies.change(link.name, { ...toxic, attributes });
            }) ?? null;
          return words;
        },
        async heal() {
          stop?.();
          for (const toxic of each) await proxies.remove(link.name, toxic.name);
          return `no more ${words}`;
        },
      };
    },
  };
}

/** The link of a fault and what can be asked through it. Throws when it is not declared, or nothing could be seen; the check of the scenario said so before. */
export function linkOf({ fault, place }: Aim): { link: LinkPlace; probe: Probe; parameters: With; way: Ways } {
  const parameters = fault.with ?? {};
  const name = String(parameters['link']);
  const link = place.links.get(name);
  if (link === undefined)
    throw new Error(`there is no link "${name}" in ${place.system.name}; there are ${[...place.links.keys()].join(', ') || 'none'}`);
  const probe = probeOfLink(place.system, name);
  const blind = cannotSee(fault.fault, probe);
  if (probe === null || blind !== null) throw new Error(`link ${name}: ${blind ?? ''}`);
  return { link, probe, parameters, way: (parameters['direction'] as Ways | undefined) ?? 'both' };
}

/** The service itself must stay as it was. */
export function directly({ fault }: Aim, link: LinkPlace, probe: Probe) {
  return {
    name: `${fault.name}: beside ${link.name}`,
    on: 'bystander' as const,
    from: 'observer' as const,
    probe: probeAt(probe, link.to),
    means: 'the same service, asked directly, answers',
  };
}

/** Seconds of the plan in whole milliseconds, as toxiproxy takes them. */
export function ms(seconds: unknown): number {
  return Math.round(Number(seconds) * 1000);
}
