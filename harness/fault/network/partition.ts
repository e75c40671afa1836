import type { FaultDefinition } from '../definition.ts';
import { hears, light, type OneWay, path, seenOn } from './paths.ts';
import { apart, between, ruled } from './rules.ts';

const HALF = 0.5;
const OVER_MS = 500;
/** Twenty packets tell all from none. More would take from the processors that the system needs to recover: each is sent, received and counted beside it. */
const EVERY_MS = 25;

/** Cuts the targets off from others, at the targets. Clients are on neither side and reach both. */
export const partition: FaultDefinition = {
  kind: 'partition',
  family: 'network',
  does: 'drops every packet between the targets and others, both ways or one',
  touches: 'both',
  needs: ['namespaces'],
  seen_by:
    'connections that eyes beside each side try to the other; one way: numbered packets that arrive one way and not the other; clients must still reach both',
  undone_by: 'removing our rules from the network namespaces of the targets',
  eyes: (candidates, from) => [...candidates, ...from],
  injection(aim) {
    const ways = aim.fault.with?.['ways'] as 'to' | 'from' | 'both';
    const { targets } = aim;
    const peers = aim.from.filter((peer) => !targets.includes(peer));
    const [target, peer] = [targets[0], peers[0]];
    if (target === undefined || peer === undefined) throw new Error(`${aim.fault.name}: there is nobody to cut ${apart(aim)}`);
    const hosts = peers.map((each) => each.address().host);
    const [inwards, outwards]: readonly OneWay[] = [
      { from: peer, to: target, every_ms: EVERY_MS },
      { from: target, to: peer, every_ms: EVERY_MS },
    ] as const;
    const rules = ruled(
      aim,
      () => between(hosts, ways, 'drop'),
      `${apart(aim)} cut off${ways === 'both' ? '' : `, only what goes ${ways} ${target.name}`}`,
    );
    return {
      ...rules,
      get undo() {
        return rules.undos();
      },
      async prepare() {
        await Promise.all([rules.prepare(), ...(ways === 'both' ? [] : [inwards, outwards].map((way) => way && light(aim, way)))]);
      },
      sights() {
        const pairs = targets.flatMap((one) => peers.map((other) => [one, other] as const));
        const oneWay =
          ways === 'both' || inwards === undefined || outwards === undefined
            ? []
            : [
                hears(aim, ways === 'to' ? 'target' : 'bystander', inwards, HALF, OVER_MS),
                hears(aim, ways === 'from' ? 'target' : 'bystander', outwards, HALF, OVER_MS),
              ];
        return seenOn(aim, [
          ...pairs.flatMap(([one, other]) => [path(aim, 'target', one, other), path(aim, 'target', other, one)]),
          ...oneWay,
          ...[...targets, ...peers].map((each) => path(aim, 'bystander', 'observer', each)),
        ]);
      },
    };
  },
};
