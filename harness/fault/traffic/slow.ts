import { OnCommand, type Said } from '../../load/on-command.ts';
import { onlyOwn } from '../../load/own-network.ts';
import type { FaultKind } from '../../model/fault.ts';
import type { SlowParameters } from '../../model/faults/traffic.ts';
import type { Aim, FaultDefinition } from '../definition.ts';
import type { Injection } from '../injection.ts';
import { attacked, figureSight, parameters } from './attackers.ts';

const STOPPED_WITHIN_MS = 5000;
const SPARE_LIFE_S = 300;
/** A bystander may hold so many connections of others. */
const SPARED = 0.5;
const SEEN_AFTER_S = 0.75;

/** What one slow attacker came to. */
interface CameTo extends Said {
  readonly opened: number;
  readonly refused: number;
  readonly closed_by_server: number;
  readonly held_most: number;
  readonly held_at_end: number;
  readonly longest_held_ms: number;
  readonly answers: Readonly<Record<string, number>>;
}

/** A kind of slow attacker: connections are opened steadily, from addresses of their own, and held as long as the target lets them. Seen in the target's own count of open connections. */
export function slowAttack(kind: FaultKind, how: 'headers' | 'bodies' | 'reads', does: string): FaultDefinition {
  return {
    kind,
    family: 'traffic',
    does,
    touches: 'none',
    needs: ['helpers'],
    seen_by: "the target's own count of open connections, asked by the observer",
    undone_by: 'ending the attackers',
    injection: (aim) => attack(aim, how),
  };
}

function attack(aim: Aim, how: 'headers' | 'bodies' | 'reads'): Injection {
  const { fault, place } = aim;
  const { port, path, sources, lasts, per_s, sockets, every, connections, seen_at, spares } = parameters<SlowParameters>(fault);
  const seen = seen_at ?? Math.max(5, Math.ceil(per_s * SEEN_AFTER_S));
  let attackers: readonly OnCommand<CameTo>[] = [];
  let begun = false;
  let healed: Promise<string> | null = null;
  return {
    async prepare() {
      const { local } = attacked(aim, port);
      const helpers = await Promise.all(
        Array.from({ length: sources }, (_, i) =>
          place.helper({
            name: `slow-${fault.name}-${i + 1}`,
            argv: ['node', 'harness/helpers/slow-client.ts'],
            env: { LIFE_S: String(Math.ceil(lasts + SPARE_LIFE_S)) },
          }),
        ),
      );
      attackers = helpers.map((helper) => new OnCommand<CameTo>(helper));
      await Promise.all(attackers.map((each) => each.ready()));
      if (local) return;
      await place.note(`${fault.name}: attackers stand ready at ${helpers.map(({ host }) => host).join(' and ')}`);
    },
    sights: () => {
      const { target } = attacked(aim, port);
      return [
        figureSight(place, fault.name, connections, {
          what: 'open connections',
          target: target.name,
          below: seen,
          on: 'target',
          level: true,
        }),
        ...spares.map((spare) =>
          figureSight(place, fault.name, spare, {
            what: 'requests',
            target: target.name,
            below: Math.max(1, per_s * SPARED),
            on: 'bystander',
          }),
        ),
      ];
    },
    get undo() {
      return attackers.flatMap(({ helper }) => helper.undoStart());
    },
    async inject() {
      const { target, address, local } = attacked(aim, port);
      if (attackers.length === 0) throw new Error(`${fault.name} was not made ready`);
      begun = true;
      for (const [i, attacker] of attackers.entries()) {
        onlyOwn('a slow attacker', attacker.helper.host, address.host);
        attacker.run({
          ...address,
          path,
          how,
          per_s: per_s / sources,
          sockets: Math.ceil(sockets / sources),
          every_ms: every * 1000,
          lasts_s: lasts,
          ...(local && process.platform === 'linux' ? { from: `127.254.254.${i + 1}` } : {}),
        });
      }
      return await Promise.resolve(
        `${per_s} connections a second to ${target.name}, each with ${how} that never end, from ${sources} addresses`,
      );
    },
    async heal() {
      healed ??= ended(aim, attackers, begun);
      return await healed;
    },
  };
}

async function ended({ fault, place }: Aim, attackers: readonly OnCommand<CameTo>[], begun: boolean): Promise<string> {
  for (const attacker of attackers) attacker.stop();
  const said = begun ? await Promise.all(attackers.map((attacker) => attacker.ended(STOPPED_WITHIN_MS))) : [];
  await Promise.all(attackers.map(({ helper }) => helper.end()));
  const told = said.filter((each) => each !== null);
  if (told.length === 0) return 'the attackers are gone';
  const sum = (of: (each: CameTo) => number) => told.reduce((all, each) => all + of(each), 0);
  const longest_s = Math.max(...told.map((each) => each.longest_held_ms)) / 1000;
  const answers = [...new Set(told.flatMap((each) => Object.keys(each.answers)))].map(
    (status) => `${status} ×${sum((each) => each.answers[status] ?? 0)}`,
  );
  const words = `${sum((each) => each.opened)} connections opened, ${sum((each) => each.refused)} refused, ${sum((each) => each.closed_by_server)} closed by the server${answers.length === 0 ? '' : ` (${answers.join(', ')})`}; at most ${sum((each) => each.held_most)} held at once, ${sum((each) => each.held_at_end)} at the end, the longest for ${longest_s.toFixed(1)} s`;
  await place.note(`${fault.name}: ${words}`, { fault: fault.name, held_most: sum((each) => each.held_most), longest_held_s: longest_s });
  return words;
}
