import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { path, seenOn } from './paths.ts';
import { between, type Rule, ruled } from './rules.ts';

/**
 * A place is gone: everything that carries the label is cut off from everything that does not, both ways, at each member. Among themselves the members go on, and so do the others. A link's proxy carries no
 * label and stands outside. Those outside count what reaches them from the members all the same: that must be nothing. What was stopped at each member is told when it is healed.
 */
export const isolate: FaultDefinition = {
  kind: 'isolate',
  family: 'network',
  does: 'cuts everything that carries a label off from everything that does not, both ways',
  touches: 'both',
  needs: ['namespaces'],
  seen_by:
    'connections across the line, tried by eyes on both sides of it and by the observer; those on one side of it must stay well, and counters outside must meet no packet of the members',
  undone_by: 'removing our rules from the network namespaces of all members',
  eyes: (candidates) => candidates.slice(0, 1),
  injection(aim) {
    const { targets: members, place, fault } = aim;
    const clients = fault.with?.['clients'] as 'cut' | 'reach';
    const outside = [...place.instances.values()].filter((each) => !members.includes(each));
    const [inner, outer] = [members[0], outside[0]];
    if (inner === undefined || outer === undefined)
      throw new Error(
        `${fault.name}: ${inner === undefined ? 'nothing carries' : 'everything carries'} the label: there is no line to cut along`,
      );
    const both = (match: (side: '-s' | '-d', lo: '-i' | '-o') => readonly string[], deed: Rule['deed']): readonly Rule[] => [
      { way: 'in', match: match('-s', '-i'), deed },
      { way: 'out', match: match('-d', '-o'), deed },
    ];
    const kept = members.map((member) => member.address().host);
    const strangers = [...outside.map((each) => each.address().host), ...[...place.links.values()].map((link) => link.address.host)];
    const rules = ruled(
      aim,
      () => [
        ...both((_, lo) => [lo, 'lo'], 'pass'),
        ...kept.flatMap((host) => both((side) => [side, host], 'pass')),
        ...(clients === 'cut' ? both(() => [], 'drop') : [...new Set(strangers)].flatMap((host) => both((side) => [side, host], 'drop'))),
      ],
      `${names(members)} cut off from ${names(outside)}${clients === 'cut' ? ' and from clients' : ''}`,
    );
    const counters = ruled(
      { ...aim, targets: outside, fault: { ...fault, name: `${fault.name}-crossing` } },
      () => between(kept, 'to', 'count'),
      `what reaches ${names(outside)} is counted`,
    );
    return {
      async prepare() {
        await Promise.all([rules.prepare(), counters.prepare()]);
      },
      get undo() {
        return [...counters.undos(), ...rules.undos()];
      },
      async inject() {
        const done = await rules.inject();
        // From now on nothing may arrive.
        await counters.inject();
        return done;
      },
      async heal() {
        const crossed = await counters.met();
        const done = await rules.heal();
        await counters.heal();
        if (crossed !== null)
          await place.note(`${fault.name}: ${crossed} packets of ${names(members)} reached the other side while it was there`, {
            fault: fault.name,
            crossed,
          });
        return done;
      },
      sights: () =>
        seenOn(aim, [
          ...outside.map((each) => path(aim, 'target', inner, each)),
          ...members.map((each) => path(aim, 'target', outer, each)),
          ...members.map((each) => path(aim, clients === 'cut' ? 'target' : 'bystander', 'observer', each)),
          ...members.slice(1).map((each) => path(aim, 'bystander', inner, each)),
          ...outside.slice(1).map((each) => path(aim, 'bystander', outer, each)),
          ...outside.map((each) => path(aim, 'bystander', 'observer', each)),
        ]),
    };
  },
};
