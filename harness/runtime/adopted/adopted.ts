import type { Instance, ObserverProcess, Runtime, StandUp } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { startObserver } from '../process/observer.ts';

const NOT_OURS = 'it was adopted by its addresses alone, and is not ours to break; adopt its compose project, or break it by hand';

/** Systems that run already, by URL: watched, loaded and read back, and never started, stopped or removed. What breaks there is broken by others, or by hand. */
export const adoptedRuntime: Runtime = {
  name: 'adopted',
  can: {
    lifecycle: NOT_OURS,
    freeze: NOT_OURS,
    replace: NOT_OURS,
    restarts: NOT_OURS,
    slow_disk: NOT_OURS,
    exec: NOT_OURS,
    helpers: NOT_OURS,
    namespaces: NOT_OURS,
    networks: NOT_OURS,
    limits: NOT_OURS,
    volumes: NOT_OURS,
    links: NOT_OURS,
    names: NOT_OURS,
    clocks: NOT_OURS,
  },
  cannot(system) {
    const without = Object.entries(system.services).filter(([, service]) => service.url === undefined);
    return Promise.resolve(
      without.length === 0 ? null : `${without.map(([name]) => name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no \`url\``,
    );
  },
  standUp(system, { id, run }): Promise<StandUp> {
    const instances = new Map(Object.entries(system.services).map(([name, service]) => [name, byAddress(name, service)]));
    let observer: ObserverProcess | null = null;
    return Promise.resolve({
      id,
      runtime: 'adopted',
      instances,
      links: new Map(),
      helper: () => Promise.reject(new Error(NOT_OURS)),
      observer() {
        observer = startObserver(id, run);
        return Promise.resolve(observer);
      },
      async start(ready) {
        await Promise.all([...instances.values()].map((instance) => ready(instance)));
      },
      versions: () => Promise.resolve({}),
      async down() {
        await observer?.end();
      },
    });
  },
};

/** A service of which only the address is known. */
export function byAddress(name: string, spec: Service): Instance {
  const url = new URL(spec.url ?? '');
  const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? 80 : url.port) };
  const notOurs = (deed: string) => Promise.reject(new Error(`${name} runs at ${spec.url ?? ''} and is not ours to ${deed}`));
  return {
    name,
    spec,
    address: () => address,
    state: () => Promise.resolve('running'),
    kill: () => notOurs('kill'),
    stop: () => notOurs('stop'),
    start: () => notOurs('start'),
    pause: () => notOurs('pause'),
    resume: () => notOurs('resume'),
    exec: () => notOurs('enter'),
    undoExec: () => [],
    undoOf: () => [],
    tail: () => Promise.resolve([]),
  };
}
