import type { z } from 'zod';
import { describeNeeding, needs } from '../../faces/needs.ts';
import type { Service, System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

/** Two calculators of a small capacity, 40 a second each, which count what reaches them. */
function calculator(name: string): z.input<typeof Service> {
  return {
    image: 'faultline/node:dev',
    build: { context: 'fixtures/images/node', code: true },
    command: ['node', 'fixtures/system/calculator/main.ts'],
    env: { HOST: '${self.host}', PORT: '${self.port.http}', SERVER_NAME: name, COST_MS: '25', SLOTS: '1', WAITING: '10' },
    ports: { http: 8080 },
    ready: { http: '/health' },
  };
}

const system: z.input<typeof System> = { name: 'traffic', services: { one: calculator('one'), two: calculator('two') } };

const requests = { path: '/stats', number: '/requests' };
const connections = { path: '/stats', number: '/open' };
const crowd = { path: '/calculate', times: 6, ramp: '1 s', sources: 1, lasts: '20 s', requests } as const;
const slow = { path: '/calculate', sources: 1, lasts: '20 s', per_s: 40, sockets: 120, connections } as const;

const crowds: readonly FaultCase[] = (['flood', 'mixed-crowd', 'spike'] as const).map((fault) => ({
  name: fault,
  fault: { fault, target: 'one', spares: [{ at: 'two', ...requests }], ...crowd },
  elsewhere: { fault, target: 'two', ...crowd },
  confirm_within: '12 s',
}));
const slows: readonly FaultCase[] = (['slow-headers', 'slow-bodies', 'slow-reads'] as const).map((fault) => ({
  name: fault,
  fault: { fault, target: 'one', ...slow, ...(fault === 'slow-reads' ? { path: '/large' } : {}) },
  elsewhere: { fault, target: 'two', ...slow, ...(fault === 'slow-reads' ? { path: '/large' } : {}) },
  confirm_within: '12 s',
}));

await describeNeeding('k6', 'crowds', () => faultContract('process', system, crowds.slice(0, 1), { measures: true }));
faultContract('process', system, slows.slice(0, 1));
await describeNeeding('docker', 'attackers', () => {
  faultContract('docker', system, slows);
});
if ((await needs('docker')).ok) await describeNeeding('k6', 'crowds', () => faultContract('docker', system, crowds, { measures: true }));
