import type { FaultKind } from '../../model/fault.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { path, seenOn } from './paths.ts';
import { type Rule, ruled } from './rules.ts';

/** A fault that does something to what is sent to a port: of everybody, or of `from` only. */
function portFault(kind: FaultKind, then: Rule['then'], does: string, verb: string): FaultDefinition {
  return {
    kind,
    family: 'network',
    does,
    touches: 'both',
    needs: ['namespaces'],
    seen_by:
      'connections to the port by those whose traffic is meant: eyes beside them, or the observer; others, and other ports, must stay well',
    undone_by: 'removing our rules from the network namespaces of the targets',
    eyes: (_, from) => from,
    injection(aim) {
      const { targets, from, fault } = aim;
      const port = fault.with?.['port'] as string | undefined;
      const hosts = from.map((each) => each.address().host);
      const rules = ruled(
        aim,
        (target) => {
          const match = ['-p', 'tcp', '--dport', String(target.address(port).port)];
          if (hosts.length === 0) return [{ way: 'in', match, then }];
          return hosts.map((host): Rule => ({ way: 'in', match: ['-s', host, ...match], then }));
        },
        `what ${from.length === 0 ? 'anybody' : names(from)} sends to ${port === undefined ? 'the port' : `port "${port}"`} of ${names(targets)} ${verb}`,
      );
      return {
        ...rules,
        get undo() {
          return rules.undos();
        },
        sights() {
          const own = targets.map((target) => ({ target, hit: port ?? Object.keys(target.spec.ports)[0] }));
          const others = own.flatMap(({ target, hit }) =>
            Object.entries(target.spec.ports).flatMap(([name, number]) =>
              name === hit || number === target.spec.ports[hit ?? ''] ? [] : [path(aim, 'bystander', 'observer', target, name)],
            ),
          );
          if (from.length === 0)
            return seenOn(aim, [...own.map(({ target, hit }) => path(aim, 'target', 'observer', target, hit)), ...others]);
          return seenOn(aim, [
            ...own.flatMap(({ target, hit }) => [
              ...from.map((each) => path(aim, 'target', each, target, hit)),
              path(aim, 'bystander', 'observer', target, hit),
            ]),
            ...others,
          ]);
        },
      };
    },
  };
}

/** A black hole where a port was. */
export const dropPort = portFault('drop-port', 'drop', 'what is sent to a port vanishes: connections hang', 'vanishes');

/** Somebody answers in the port's place: nobody is here. */
export const refuse = portFault('refuse', 'reset', 'connections to a port are refused, those that are open are reset', 'is refused');
