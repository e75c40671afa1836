import { type CameTo, type Crowd, DROPPED_MOST, K6, type Shape, type Towards } from '../../load/k6.ts';
import type { CrowdParameters } from '../../model/faults/traffic.ts';
import type { Aim } from '../definition.ts';
import type { Injection } from '../injection.ts';
import { attacked, figureSight, parameters } from './attackers.ts';

const STOPPED_WITHIN_MS = 6000;
/** A bystander may get so small a part of the attack: less than any attacker's share. */
const SPARED = 0.1;
/** Half of the attack at least must arrive. */
const ARRIVED = 0.5;

/**
 * Requests by k6, `times` a capacity that is measured right before, on the same route, by a short closed loop. They come from addresses of their own. Seen in the target's own counter of requests,
 * which k6 knows nothing of.
 */
export function crowd(aim: Aim, shape: Shape, who: Crowd | null): Injection {
  const { fault, place } = aim;
  const { port, path, method, sources, times, capacity_of, ramp, at_most, requests, spares } = parameters<CrowdParameters>(fault);
  const lasts_s = 'lasts_s' in shape ? shape.lasts_s : 2 * shape.rise_s + shape.top_s;
  let k6: K6 | null = null;
  let per_s = 0;
  let healed: Promise<string> | null = null;
  const towards = (addresses: Towards['addresses']): Towards => ({ addresses, method, path });
  return {
    async prepare() {
      const { target, local } = attacked(aim, port);
      k6 = await K6.beside(place, `k6-${fault.name}`, sources, local, lasts_s);
      const measured = capacity_of ?? [target.name];
      const addresses = measured.map((name) => {
        const instance = place.instances.get(name);
        if (instance === undefined) throw new Error(`${fault.name}: there is no service "${name}" to measure the capacity of`);
        // A port's name is the target's own.
        return instance.address(name === target.name ? port : undefined);
      });
      const capacity = await k6.capacity(towards(addresses), ramp);
      per_s = capacity.per_s * times;
      await place.note(
        `${fault.name}: ${measured.join(' and ')} gave ${Math.round(capacity.per_s)} good answers a second to ${method} ${path} (${capacity.steps.join(', ')}); ${times} times that is ${Math.round(per_s)} a second`,
        { fault: fault.name, capacity_per_s: capacity.per_s, planned_per_s: per_s },
      );
      if (per_s > at_most)
        throw new Error(
          `${fault.name}: ${times} times the measured capacity of ${Math.round(capacity.per_s)} a second is ${Math.round(per_s)}, more than the ${at_most} that this machine is trusted to send; give the system a smaller capacity, or say \`at_most\``,
        );
    },
    sights: () => {
      const { target } = attacked(aim, port);
      return [
        figureSight(place, fault.name, requests, { what: 'requests', target: target.name, below: per_s * ARRIVED, on: 'target' }),
        ...spares.map((spare) =>
          figureSight(place, fault.name, spare, { what: 'requests', target: target.name, below: per_s * SPARED, on: 'bystander' }),
        ),
      ];
    },
    get undo() {
      return k6?.undo() ?? [];
    },
    async inject() {
      const { target, address } = attacked(aim, port);
      if (k6 === null) throw new Error(`${fault.name} was not made ready`);
      k6.start(towards([address]), per_s, shape, who);
      return await Promise.resolve(`${Math.round(per_s)} requests a second to ${target.name}${path}, from ${sources} addresses`);
    },
    async heal() {
      healed ??= ended(aim, k6, per_s);
      return await healed;
    },
  };
}

async function ended({ fault, place }: Aim, k6: K6 | null, per_s: number): Promise<string> {
  const came = (await k6?.stop(STOPPED_WITHIN_MS)) ?? null;
  if (came === null) return 'the attackers are gone';
  const words = inWords(came, per_s);
  await place.note(`${fault.name}: ${words}`, {
    fault: fault.name,
    sent: came.sent,
    per_s: came.per_s,
    dropped: came.dropped,
    refused: came.refused,
  });
  return words;
}

function inWords({ sent, per_s, dropped, good, refused, failed, unanswered, exits }: CameTo, planned: number): string {
  const short = dropped > DROPPED_MOST ? `, SHORT of its rate: ${(dropped * 100).toFixed(1)} % of what was due was never sent` : '';
  return `k6 sent ${sent} requests, ${Math.round(per_s)} a second (planned ${Math.round(planned)})${short}; ${good} answered well, ${refused} refused, ${failed} failed, ${unanswered} unanswered; ${[...new Set(exits)].join(', ')}`;
}
