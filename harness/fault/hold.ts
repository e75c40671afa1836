import type { UndoAction } from '../model/fault.ts';
import type { Address, Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';

/**
 * Asks a relay to hold what it carries back from its upstream. The request is made from inside the relay's own place (`exec`), because the harness
 * cannot reach the run's network; the relay answers `POST /hold`, `POST /release`.
 */
export function hold(targets: readonly Instance[], port: string | null): Injection {
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
}

function undoOf(target: Instance, port: string | null): readonly UndoAction[] {
  const address = target.address(port ?? undefined);
  return target
    .undoOf('pause')
    .map((action) =>
      action.do === 'docker.unpause'
        ? { do: 'docker.exec' as const, container: action.container, argv: requestArgv(address, 'release') }
        : { do: 'http' as const, method: 'POST', url: `http://${address.host}:${address.port}/release` },
    );
}

function requestArgv(address: Address, verb: string): string[] {
  const url = `http://${address.host}:${address.port}/${verb}`;
  return [
    'node',
    '-e',
    `fetch(${JSON.stringify(url)},{method:'POST',signal:AbortSignal.timeout(2000)}).then(r=>process.exit(r.ok?0:1),e=>{console.error(e.message);process.exit(1)})`,
  ];
}
