import { networkErrors } from '../fault/network/complaints.ts';
import { aimedAt } from '../model/aimed-at.ts';
import type { FaultStep, Selector, SingleStep } from '../model/fault.ts';
import { witnessOf } from '../model/faults/witness.ts';
import type { System } from '../model/system.ts';
import { nearest } from '../runtime/template.ts';
import { figureErrors } from './figure-errors.ts';
import { known } from './known.ts';
import { placeErrors } from './place-errors.ts';

type Add = (place: string, message: string) => void;

/** What is wrong with the faults of a scenario or variant: targets, times, what waits for what, and what gets in each other's way. */
export function faultErrors(place: string, faults: Readonly<Record<string, FaultStep>>, system: System, add: Add): void {
  for (const [name, fault] of Object.entries(faults)) {
    const own = `${place}.${name}`;
    if (fault.fault === 'together') {
      if (Object.keys(fault.of).length < 2) add(`${own}.of`, 'one fault alone is not together with anything; write it by itself');
      for (const [part, each] of Object.entries(fault.of)) {
        aimErrors(`${own}.of.${part}`, each, system, add);
        if (each.at !== undefined || each.after !== undefined || each.on !== undefined || each.repeat !== undefined)
          add(`${own}.of.${part}`, `all parts begin together: say when at ${own}`);
      }
    } else aimErrors(own, fault, system, add);
    timeErrors(own, name, fault, faults, system, add);
  }
  overlapErrors(place, faults, system, add);
}

function aimErrors(own: string, fault: SingleStep, system: System, add: Add): void {
  if ('link' in fault) known(`${own}.link`, fault.link as string, Object.keys(system.links ?? {}), 'link', add);
  if ('target' in fault) selectorErrors(`${own}.target`, fault.target as Selector, system, add, true);
  if ('from' in fault && fault.from !== undefined) selectorErrors(`${own}.from`, fault.from as Selector, system, add, false);
  if (fault.fault === 'handover') known(`${own}.to`, fault.to, system.cluster?.members ?? [], 'member of the cluster', add);
  if (fault.fault === 'request') requestErrors(own, fault, system, add);
  networkErrors(own, fault, system, add);
  placeErrors(own, fault, system, add);
  declarationErrors(own, fault, system, add);
  if ('sources' in fault) trafficErrors(own, fault, system, add);
  if (!Object.values(system.services).some((service) => service.url !== undefined)) return;
  if (fault.fault !== 'by-hand')
    add(`${own}.fault`, 'what was adopted is not ours to break: leave the faults out (others break it), or say `by-hand`');
  else if (
    typeof fault.target === 'string' &&
    system.services[fault.target]?.url !== undefined &&
    system.services[fault.target]?.ready === undefined
  )
    add(`${own}.target`, `${fault.target} needs \`ready\`: by it the observer sees that it was broken`);
}

/** Attackers name services beside their target: where a capacity is measured, who tells a figure, who must not be hit. */
function trafficErrors(own: string, fault: Extract<SingleStep, { sources: number }>, system: System, add: Add): void {
  const services = Object.keys(system.services);
  if (fault.port !== undefined) known(`${own}.port`, fault.port, Object.keys(system.services[fault.target]?.ports ?? {}), 'port', add);
  const figures = [
    ...('requests' in fault ? [['requests', fault.requests] as const] : [['connections', fault.connections] as const]),
    ...fault.spares.map((spare, i) => [`spares.${i}`, spare] as const),
  ];
  for (const [place, figure] of figures) figureErrors(`${own}.${place}`, figure, fault.target, system, add);
  if ('capacity_of' in fault) for (const each of fault.capacity_of ?? []) known(`${own}.capacity_of`, each, services, 'service', add);
  if ('people' in fault && fault.people + fault.bots > 1) add(`${own}.people`, 'people and bots are more than 100 % together');
}

function requestErrors(
  own: string,
  { target, port, seen }: Extract<SingleStep, { fault: 'request' }>,
  { services }: System,
  add: Add,
): void {
  const ports = (service: string) => Object.keys(services[service]?.ports ?? {});
  if (port !== undefined) known(`${own}.port`, port, ports(target), 'port', add);
  if (seen.at !== undefined) known(`${own}.seen.at`, seen.at, Object.keys(services), 'service', add);
  if (seen.port !== undefined) known(`${own}.seen.port`, seen.port, ports(seen.at ?? target), 'port', add);
}

function timeErrors(
  own: string,
  name: string,
  fault: FaultStep,
  faults: Readonly<Record<string, FaultStep>>,
  system: System,
  add: Add,
): void {
  const said = [fault.at, fault.after, fault.on].filter((each) => each !== undefined).length;
  if (said === 0)
    add(
      own,
      'say when: `at: "2 s"`, `at: { between: ["1 s", "3 s"] }`, `after: { fault: …, by: "500 ms" }`, or `on: { event: …, by: "500 ms" }`',
    );
  if (said > 1) add(own, 'say `at`, `after` or `on`, only one of them');
  if (fault.after !== undefined) known(`${own}.after.fault`, fault.after.fault, Object.keys(faults), 'fault', add);
  if (fault.on !== undefined && typeof fault.on.event === 'object') {
    const { event } = fault.on;
    if ('healed' in event) known(`${own}.on.event.healed`, event.healed, Object.keys(faults), 'fault', add);
    else known(`${own}.on.event`, 'dead' in event ? event.dead : event.alive, Object.keys(system.services), 'service', add);
  }
  if (fault.repeat !== undefined && (typeof fault.heal !== 'object' || fault.heal.after >= fault.repeat.every))
    add(`${own}.repeat`, `each one must be healed before the next: say \`heal: { after: … }\`, less than ${fault.repeat.every} s`);
  const seen = new Set([name]);
  for (let next = waitsFor(faults[name]); next !== undefined; next = waitsFor(faults[next])) {
    if (seen.has(next)) {
      add(`${own}.after`, `${[...seen].join(' waits for ')}, and that waits for ${next}: a circle`);
      break;
    }
    seen.add(next);
  }
  if ((fault.heal === 'new primary' || fault.on?.event === 'new primary') && system.cluster === undefined)
    add(`${own}.heal`, 'the system has no cluster, so there is no new primary');
}

function waitsFor(fault: FaultStep | undefined): string | undefined {
  if (fault?.after !== undefined) return fault.after.fault;
  return typeof fault?.on?.event === 'object' && 'healed' in fault.on.event ? fault.on.event.healed : undefined;
}

/** The same kind on the same target, and the first is not healed by itself: the second would find nothing to break, or undo the first with its heal. */
function overlapErrors(place: string, faults: Readonly<Record<string, FaultStep>>, system: System, add: Add): void {
  const parts = Object.entries(faults).flatMap(([name, fault]) =>
    (fault.fault === 'together' ? Object.values(fault.of) : [fault]).map((each) => ({
      name,
      heal: fault.heal,
      things: things(each, system),
    })),
  );
  for (const [i, one] of parts.entries()) {
    const other = parts
      .slice(0, i)
      .find((each) => each.heal === 'end' && one.heal === 'end' && each.things.some((thing) => one.things.includes(thing)));
    if (other !== undefined)
      add(
        `${place}.${one.name}`,
        `${other.name} breaks the same thing and is still active then, so that this one would find nothing to break; let ${other.name} heal before it (\`heal: { after: … }\`), or aim elsewhere`,
      );
  }
}

/** What a fault acts on, as far as that is known before it starts: deaths of one service are one thing, a toxic of one kind on one link is one. */
function things(fault: SingleStep, system: System): readonly string[] {
  if ('link' in fault) return [`${fault.fault} on ${String(fault.link)}`];
  if (!('target' in fault) || witnessOf(fault.fault) !== 'readiness' || fault.fault === 'by-hand') return [];
  const target = fault.target as Selector;
  return typeof target === 'string' || 'label' in target ? aimedAt(target, system).map((name) => `life of ${name}`) : [];
}

/** What a kind of fault needs that its targets declare. */
const DECLARED: Readonly<Partial<Record<SingleStep['fault'], readonly [key: 'memory_mb' | 'disk_mb', why: string]>>> = {
  'out-of-memory': ['memory_mb', 'without a limit it would be this machine that runs out of memory'],
  memory: ['memory_mb', 'without a limit it would be this machine whose memory is filled'],
  'disk-full': ['disk_mb', "without a small volume of its own it would be this machine's disk that is full"],
};

function declarationErrors(own: string, fault: SingleStep, system: System, add: Add): void {
  if (fault.fault === 'bad-release' && fault.image === undefined && fault.command === undefined && fault.env === undefined)
    add(own, 'say what is bad about the release: `image`, `command` or `env`');
  const need = DECLARED[fault.fault];
  if (need === undefined || !('target' in fault)) return;
  const [key, why] = need;
  for (const name of aimedAt(fault.target as Selector, system))
    if (system.services[name] !== undefined && system.services[name][key] === undefined)
      add(`${own}.target`, `${name} needs \`${key}\`: ${why}`);
}

function selectorErrors(
  place: string,
  selector: Selector,
  system: System,
  add: (place: string, message: string) => void,
  touched: boolean,
): void {
  const services = Object.keys(system.services);
  const allowed = system.may_touch ?? services;
  const aimed = aimedAt(selector, system);
  if (typeof selector === 'object' && 'role' in selector && system.cluster === undefined)
    add(place, `the system has no cluster, so nobody is ${selector.role}`);
  if (typeof selector === 'object' && 'label' in selector && aimed.length === 0)
    add(place, `no service carries ${JSON.stringify(selector.label)}`);
  for (const name of aimed) {
    if (!services.includes(name)) add(place, `there is no service "${name}"${nearest(name, services)}`);
    else if (touched && !allowed.includes(name))
      add(place, `${name} is not in may_touch (${allowed.join(', ')}); add it there if it may be broken`);
  }
}
