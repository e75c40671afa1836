import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

/** Two services with clocks of their own, and a link with a certificate to each. */
const system: z.input<typeof System> = {
  name: 'dated',
  services: {
    one: contractService({ clock: 'shiftable' }),
    two: contractService({ clock: 'shiftable', env: { CA: '${link.ca.safe}' }, after: ['one'] }),
  },
  links: { safe: { to: 'one', via: 'tls' }, aside: { to: 'two', via: 'tls' } },
};

const clocks: readonly FaultCase[] = [
  {
    name: 'clock-skew ahead',
    fault: { fault: 'clock-skew', target: 'one', by: '1 h' },
    elsewhere: { fault: 'clock-skew', target: 'two', by: '1 h' },
  },
  { name: 'clock-skew behind', fault: { fault: 'clock-skew', target: 'one', by: '10 s', direction: 'behind' } },
];
const certificates: readonly FaultCase[] = (['certificate-expired', 'certificate-wrong-name'] as const).map((fault) => ({
  name: fault,
  fault: { fault, link: 'safe' },
  elsewhere: { fault, link: 'aside' },
}));

faultContract('process', system, certificates);
await describeNeeding('docker', 'faults of clocks and certificates', () => faultContract('docker', system, [...clocks, ...certificates]));
