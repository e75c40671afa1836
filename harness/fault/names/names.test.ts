import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

/** Three services, of which two have names; the second asks the first by its name. */
const system: z.input<typeof System> = {
  name: 'named',
  services: {
    one: contractService(),
    two: contractService({ env: { PEER: 'api.shop.test:${one.port.http}' }, after: ['one'] }),
    three: contractService(),
  },
  names: { 'api.shop.test': { to: 'one' }, 'stock.shop.test': { to: 'three' } },
};

const name = 'api.shop.test';
const other = { name: 'stock.shop.test' };
const cases: readonly FaultCase[] = [
  { name: 'names-silent', fault: { fault: 'names-silent', name }, elsewhere: { fault: 'names-silent', ...other } },
  { name: 'names-wrong', fault: { fault: 'names-wrong', name }, elsewhere: { fault: 'names-wrong', ...other } },
  { name: 'names-wrong, another address', fault: { fault: 'names-wrong', name, to: 'three', from: 'two' } },
  { name: 'names-slow', fault: { fault: 'names-slow', name, by: '2 s' }, elsewhere: { fault: 'names-slow', ...other, by: '2 s' } },
  { name: 'names-stale', fault: { fault: 'names-stale', name, to: 'three' }, elsewhere: { fault: 'names-stale', ...other, to: 'one' } },
];

await describeNeeding('docker', 'faults of names', () => faultContract('docker', system, cases));
