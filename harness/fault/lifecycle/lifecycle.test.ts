import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

const system = {
  name: 'contract',
  services: {
    one: contractService({ memory_mb: 128 }),
    two: contractService({ memory_mb: 128, restart: 'always', env: { PEER: '${one.addr.http}' }, after: ['one'] }),
  },
};
const request = (target: string) =>
  ({ fault: 'request', target, path: '/told', body: { release: 'bad' }, seen: { path: '/told', has: '"bad"' } }) as const;
const everywhere: readonly FaultCase[] = [
  ...(['kill', 'pause', 'kill-process', 'freeze-process'] as const).map((fault) => ({
    name: fault,
    fault: { fault, target: 'one' } as const,
    elsewhere: { fault, target: 'two' } as const,
  })),
  {
    name: 'freeze-process, only some',
    fault: { fault: 'freeze-process', target: 'one', only: 'contract/server.ts' },
    elsewhere: { fault: 'freeze-process', target: 'two', only: 'contract/server.ts' },
  },
  {
    name: 'kill-process, only some',
    fault: { fault: 'kill-process', target: 'one', only: 'contract/server.ts' },
    elsewhere: { fault: 'kill-process', target: 'two', only: 'contract/server.ts' },
  },
  { name: 'request', fault: request('one'), elsewhere: request('two'), lasting: true },
  // Its grace is part of the time within which it must be seen.
  { name: 'stop', fault: { fault: 'stop', target: 'one', grace: '1 s' }, elsewhere: { fault: 'stop', target: 'two', grace: '1 s' } },
  { name: 'restart', fault: { fault: 'restart', target: 'one' }, elsewhere: { fault: 'restart', target: 'two' } },
  { name: 'restart, killed', fault: { fault: 'restart', target: 'one', how: 'killed' } },
  {
    name: 'bad-release',
    fault: { fault: 'bad-release', target: 'one', env: { MODE: 'never' } },
    elsewhere: { fault: 'bad-release', target: 'two', env: { MODE: 'never' } },
  },
];
const docker: readonly FaultCase[] = [
  ...everywhere,
  { name: 'kill-process under a restart policy', fault: { fault: 'kill-process', target: 'two' } },
  { name: 'out-of-memory', fault: { fault: 'out-of-memory', target: 'one' }, elsewhere: { fault: 'out-of-memory', target: 'two' } },
  {
    name: 'crash-loop',
    fault: { fault: 'crash-loop', target: 'one', up: '500 ms' },
    elsewhere: { fault: 'crash-loop', target: 'two', up: '500 ms' },
  },
];

faultContract('process', system, everywhere);
await describeNeeding('docker', 'lifecycle', () => faultContract('docker', system, docker));
