import type { FaultDefinition } from '../definition.ts';
import { hears, light, type OneWay, path, seenOn } from './paths.ts';
import { apart, between, ruled } from './rules.ts';

/** 200 packets: at a share of 10 % fewer than half of those that are meant to be lost are lost once in a hundred times. */
const OVER_MS = 1000;
const EVERY_MS = 5;

/**
 * Loses a share of the packets between the targets and others, at the targets; which ones, the kernel draws. Seen in numbered packets, one every 5 ms each way: absent while less than half the share is
 * missing over the last second. So the bracket is a second wider at its beginning: a second that was well on the whole may have begun to go wrong at any moment of it.
 */
export const loss: FaultDefinition = {
  kind: 'loss',
  family: 'network',
  does: 'loses a share of the packets between the targets and others, each by chance',
  touches: 'both',
  needs: ['namespaces'],
  seen_by: 'numbered packets between the two sides: more than half the share is missing over a second; clients must still reach both',
  undone_by: 'removing our rules from the network namespaces of the targets',
  eyes: (candidates, from) => [...candidates, ...from],
  injection(aim) {
    const { targets, fault } = aim;
    const ways = fault.with?.['ways'] as 'to' | 'from' | 'both';
    const share = Number(fault.with?.['share']);
    const peers = aim.from.filter((peer) => !targets.includes(peer));
    if (peers.length === 0) throw new Error(`${fault.name}: there is nobody between whom and ${apart(aim)} packets could be lost`);
    const pairs = targets.flatMap((target) => peers.map((peer) => ({ target, peer })));
    const inwards = pairs.map(({ target, peer }): OneWay => ({ from: peer, to: target, every_ms: EVERY_MS }));
    const outwards = pairs.map(({ target, peer }): OneWay => ({ from: target, to: peer, every_ms: EVERY_MS }));
    const chance = ['-m', 'statistic', '--mode', 'random', '--probability', String(share)];
    const rules = ruled(
      aim,
      () =>
        between(
          peers.map((peer) => peer.address().host),
          ways,
          'drop',
          chance,
        ),
      `${share * 100} % of the packets lost that part ${apart(aim)}${ways === 'both' ? '' : `, only ${ways} the targets`}`,
    );
    return {
      ...rules,
      get undo() {
        return rules.undos();
      },
      async prepare() {
        await Promise.all([rules.prepare(), ...[...inwards, ...outwards].map((way) => light(aim, way))]);
      },
      sights: () =>
        seenOn(aim, [
          ...inwards.map((way) => hears(aim, ways === 'from' ? 'bystander' : 'target', way, share / 2, OVER_MS)),
          ...outwards.map((way) => hears(aim, ways === 'to' ? 'bystander' : 'target', way, share / 2, OVER_MS)),
          ...[...targets, ...peers].map((each) => path(aim, 'bystander', 'observer', each)),
        ]),
    };
  },
};
