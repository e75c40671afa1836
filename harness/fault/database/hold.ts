import type { UndoAction } from '../../model/fault.ts';
import type { Address, Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/**
 * Asks a relay to hold what it carries back from its upstream. The request is made from inside the relay's own place (`exec`), because the harness
 * cannot reach the run's network; the relay answers `POST /hold`, `POST /release`.
 */
export const hold: FaultDefinition = {
  kind: 'hold',
  family: 'database',
  does: 'a relay of ours holds what it carries back, so that replication stands still',
  touches: 'both',
  needs: ['exec'],
  seen_by: "the standbys' positions, as the leader tells them to the observer",
  undone_by: 'asking the relay to release',
  injection({ targets, fault: { port } }) {
    const ask = async (verb: 'hold' | 'release') => {
      for (const target of targets) {
        const done = await target.exec(requestArgv(target.address(port ?? undefined), verb));
        if (done.code !== 0)
          throw new Error(`${target.name} refused to ${verb}: ${done.stderr.trim() || done.stdout.trim() || `exit ${done.code}`}`);
      }
      return `${names(targets)}: ${verb} asked`;
    };
    return {
      // The relay belongs to the stand-up and dies with it; while it lives, releasing twice does no harm.
      undo: targets.flatMap((target) => undoOf(target, port)),
      inject: () => ask('hold'),
      heal: () => ask('release'),
    };
  },
};

function undoOf(target: Instance, port: string | null): readonly UndoAction[] {
  const address = target.address(port ?? undefined);
  const inside = target.undoExec(requestArgv(address, 'release'));
  return inside.length > 0 ? inside : [{ do: 'http', method: 'POST', url: `http://${address.host}:${address.port}/release` }];
}

function requestArgv(address: Address, verb: string): string[] {
  const url = `http://${address.host}:${address.port}/${verb}`;
  return [
    'node',
    '-e',
    `fetch(${JSON.stringify(url)},{method:'POST',signal:AbortSignal.timeout(2000)}).then(r=>process.exit(r.ok?0:1),e=>{console.error(e.message);process.exit(1)})`,
  ];
}
