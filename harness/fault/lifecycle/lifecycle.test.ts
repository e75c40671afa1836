import { contractSystem } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

const cases: readonly FaultCase[] = (['kill', 'stop', 'pause'] as const).map((fault) => ({
  name: fault,
  fault: { fault, target: 'one' },
  elsewhere: { fault, target: 'two' },
}));

faultContract('process', contractSystem, cases);
await describeNeeding('docker', 'lifecycle', () => faultContract('docker', contractSystem, cases));
