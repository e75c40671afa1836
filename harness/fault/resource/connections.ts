import type { Helper, Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { freshAnswer } from '../own-answer.ts';
import { shell } from '../shell.ts';

/** A helper with an address of its own opens connections to a port and holds them, at most `hold`, and opens new ones for those that are closed. It says nothing on them. */
export const connections: FaultDefinition = {
  kind: 'connections',
  family: 'resource',
  does: 'opens connections to its port and holds up to `hold` of them (1000), until there are no more to have',
  touches: 'new',
  needs: ['helpers'],
  seen_by: 'its ready probe on new connections, asked by the observer; connections that are open already go on',
  undone_by: 'ending the helper that holds them',
  injection({ targets, fault, place }) {
    const { hold, port } = fault.with as { hold: number; port?: string };
    const helpers = new Map<Instance, Helper>();
    return {
      async prepare() {
        for (const target of targets) {
          if (freshAnswer(target) === null)
            throw new Error(`${target.name} has no \`ready\` by HTTP or SQL: a kernel accepts connections for a program that takes none`);
          const { host, port: number } = target.address(port);
          const argv = ['node', 'harness/helpers/hold-connections.ts', host, String(number), String(hold)];
          helpers.set(target, await place.helper({ name: `${fault.name}-${target.name}`, argv }));
        }
      },
      sights: () =>
        targets.flatMap((target) => {
          const probe = freshAnswer(target);
          if (probe === null) return [];
          const means = 'it answers its ready probe on a new connection';
          return [{ name: `${fault.name}: answer of ${target.name}`, on: 'target', from: 'observer', probe, means, every_ms: 50 } as const];
        }),
      get undo() {
        return [...helpers.values()].flatMap((helper) => helper.undoExec(END));
      },
      async inject() {
        for (const helper of helpers.values()) helper.stdin.write('go\n');
        return await Promise.resolve(`up to ${hold} connections to ${names(targets)} are being held`);
      },
      async heal() {
        await Promise.all([...helpers.values()].map((helper) => helper.end()));
        return `the connections to ${names(targets)} are closed`;
      },
    };
  },
};

/** Everything in the helper but its init, which ends with it. */
const END = shell('kill -9 -1');
