import type { UndoAction } from '../../model/fault.ts';
import type { NamesPlace } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Aim } from '../definition.ts';
import type { Injection } from '../injection.ts';

type DnsProbe = Extract<Sight['probe'], { kind: 'dns' }>;

/** What is the same in all that is done to a name: the name server is told, and seen to give other answers, from where the clients stand and by what a service's own resolver says. */
export interface OnName {
  /** What the server is told, in this order, each `[what, body]` put at `/what/NAME`, and taken away in the opposite order at the heal. */
  readonly tell: readonly (readonly ['moved' | 'spoiled', unknown])[];
  /** When an answer is well, instead of being the address that was declared. */
  readonly well?: (names: NamesPlace) => Partial<DnsProbe>;
  readonly means: string;
  readonly done: string;
}

export function onName(aim: Aim, { tell, well, means, done }: OnName): Injection {
  const { fault, place } = aim;
  const name = String(fault.with?.['name']);
  const { names } = place;
  if (names === null || names === undefined) throw new Error(`${fault.fault} of ${name}: the system has no name server; declare \`names\``);
  const places = tell.map(([what]) => `/${what}/${encodeURIComponent(name)}`);
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await names.ask(method, path, body);
    if (status !== 200) throw new Error(`the name server did not ${method} ${path}: ${status} ${text}`);
  };
  return {
    undo: places.flatMap((each): readonly UndoAction[] => names.undoAsk('DELETE', each)),
    sights: () => sightsOf(aim, names, name, well?.(names) ?? {}, means),
    async inject() {
      for (const [i, [, body]] of tell.entries()) await ask('PUT', places[i] ?? '', body);
      return `${name}: ${done}`;
    },
    async heal() {
      // As the ledger's undos are, newest first: a question in between must find nothing that outlasts the heal.
      for (const each of places.toReversed()) await ask('DELETE', each);
      return `${name} is answered as before`;
    },
  };
}

/** Beside which services it is looked up, too. */
export function eyesOf(candidates: readonly string[], from: readonly string[]): readonly string[] {
  return from.length > 0 ? from : candidates;
}

function sightsOf(
  { fault, targets, from, place }: Aim,
  names: NamesPlace,
  name: string,
  well: Partial<DnsProbe>,
  means: string,
): readonly Sight[] {
  const addressOf = (each: string) => place.instances.get(place.system.names?.[each]?.to ?? '')?.address().host ?? '';
  const probe: DnsProbe = { kind: 'dns', server: names.address, name, is: addressOf(name), ...well };
  const beside = eyesOf(
    targets.map((each) => each.name),
    from.map((each) => each.name),
  );
  const other = Object.keys(place.system.names ?? {}).find((each) => each !== name);
  return [
    {
      name: `${name} of the name server (${fault.name})`,
      on: 'target',
      from: 'observer',
      probe,
      means: `its name server, asked for ${name}, ${means}`,
    },
    ...beside.map(
      (service): Sight => ({
        name: `${name} at ${service} (${fault.name})`,
        on: 'target',
        from: { beside: service },
        probe: { ...probe, server: null },
        means: `the resolver of ${service}, asked for ${name}, ${means}`,
      }),
    ),
    ...(other === undefined
      ? []
      : [
          {
            name: `${other} of the name server (${fault.name})`,
            on: 'bystander',
            from: 'observer',
            probe: { kind: 'dns', server: names.address, name: other, is: addressOf(other) },
            means: `its name server, asked for ${other}, gives its address`,
          } satisfies Sight,
        ]),
  ];
}
