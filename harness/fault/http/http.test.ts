import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { SingleStep } from '../../model/fault.ts';
import type { System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

/** Two services behind a link each; the second asks the first through one. */
const system: z.input<typeof System> = {
  name: 'linked',
  services: {
    one: contractService(),
    two: contractService({ env: { PEER: '${link.addr.way}' }, after: ['one'] }),
  },
  links: { way: { to: 'one', via: 'http' }, aside: { to: 'two', via: 'http' } },
};

const route = 'GET /orders*';
const kinds: readonly z.input<typeof SingleStep>[] = [
  { fault: 'http-fail-first', first: 3, link: 'way', route },
  { fault: 'http-fail-share', share: '20 %', link: 'way', route, delivered: true },
  { fault: 'http-status', status: 404, link: 'way', route },
  { fault: 'http-body', link: 'way', route },
  { fault: 'http-truncate', bytes: 3, link: 'way', route },
  { fault: 'http-stall', link: 'way' },
  { fault: 'http-trickle', bytes_per_s: 10, link: 'way', route },
];
const cases: readonly FaultCase[] = kinds.map((fault) => ({
  name: fault.fault,
  fault,
  // The same on another route of the same link; where everything is meant, on the other link.
  elsewhere: ('route' in fault ? { ...fault, route: 'POST /orders*' } : { ...fault, link: 'aside' }) as z.input<typeof SingleStep>,
}));

faultContract('process', system, cases);
await describeNeeding('docker', 'faults on HTTP links', () => faultContract('docker', system, cases));
