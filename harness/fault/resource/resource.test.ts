import { expect, test } from 'vitest';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import { dockerRuntime } from '../../runtime/docker/docker.ts';
import { processRuntime } from '../../runtime/process/process.ts';
import { notOffered } from '../definition.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';
import { slowDisk } from './slow-disk.ts';

/** Of 160 MB the service's own heap came near what the memory fault takes, once it had been slowed down: it was seen as hit by itself. */
const small = { memory_mb: 384, disk_mb: 8, env: { MAX_CONNECTIONS: '200' } };
const system = {
  name: 'contract',
  services: { one: contractService(small), two: contractService({ ...small, after: ['one'] }) },
};
const confirm_within = '10 s';
const connections: FaultCase = {
  name: 'connections',
  fault: { fault: 'connections', target: 'one', hold: 400 },
  elsewhere: { fault: 'connections', target: 'two', hold: 400 },
  confirm_within,
};
const cases: readonly FaultCase[] = [
  {
    name: 'cpu',
    fault: { fault: 'cpu', target: 'one', leave: '1 %' },
    elsewhere: { fault: 'cpu', target: 'two', leave: '1 %' },
    confirm_within,
  },
  {
    name: 'slow-process',
    fault: { fault: 'slow-process', target: 'one', runs: '10 %' },
    elsewhere: { fault: 'slow-process', target: 'two', runs: '10 %' },
    confirm_within,
  },
  {
    name: 'memory',
    fault: { fault: 'memory', target: 'one', fill: '80 %' },
    elsewhere: { fault: 'memory', target: 'two', fill: '80 %' },
    confirm_within,
  },
  { name: 'disk-full', fault: { fault: 'disk-full', target: 'one' }, elsewhere: { fault: 'disk-full', target: 'two' }, confirm_within },
  {
    name: 'file-handles',
    fault: { fault: 'file-handles', target: 'one' },
    elsewhere: { fault: 'file-handles', target: 'two' },
    confirm_within,
  },
  connections,
];

await describeNeeding('docker', 'resources', () => faultContract('docker', system, cases));
faultContract('process', system, [connections]);

test('a slow disk is offered nowhere, and each runtime says why', () => {
  expect(notOffered(slowDisk, dockerRuntime.can)).toMatch(/the engine sets the speed of a disk when a container is made/);
  expect(notOffered(slowDisk, processRuntime.can)).toMatch(/not ours to slow down/);
});
