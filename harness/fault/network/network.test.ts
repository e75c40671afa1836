import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

/** Three services, of which two carry a label, and two links to the first and the second. */
const system: z.input<typeof System> = {
  name: 'contract',
  services: {
    one: contractService({ labels: { zone: 'a' } }),
    two: contractService({ labels: { zone: 'a' }, env: { PEER: '${link.addr.to-one}' }, after: ['one'] }),
    three: contractService({ labels: { zone: 'b' } }),
  },
  links: { 'to-one': { to: 'one' }, 'to-two': { to: 'two', port: 'http' } },
};

const onLinks: readonly FaultCase[] = [
  {
    name: 'latency with jitter',
    fault: { fault: 'latency', link: 'to-one', delay: '300 ms', jitter: '50 ms' },
    elsewhere: { fault: 'latency', link: 'to-two', delay: '300 ms' },
  },
  {
    name: 'bandwidth',
    fault: { fault: 'bandwidth', link: 'to-one', kilobytes_per_s: 20 },
    elsewhere: { fault: 'bandwidth', link: 'to-two', kilobytes_per_s: 20 },
  },
  {
    name: 'slow-close',
    fault: { fault: 'slow-close', link: 'to-one', delay: '2 s' },
    elsewhere: { fault: 'slow-close', link: 'to-two', delay: '2 s' },
  },
  {
    name: 'reset, from the service only',
    fault: { fault: 'reset', link: 'to-one', direction: 'from' },
    elsewhere: { fault: 'reset', link: 'to-two', direction: 'from' },
  },
  {
    name: 'black-hole, to the service only',
    fault: { fault: 'black-hole', link: 'to-one', direction: 'to' },
    elsewhere: { fault: 'black-hole', link: 'to-two', direction: 'to' },
  },
  {
    name: 'limit-data',
    fault: { fault: 'limit-data', link: 'to-one', bytes: 2000 },
    elsewhere: { fault: 'limit-data', link: 'to-two', bytes: 2000 },
  },
  { name: 'link-down', fault: { fault: 'link-down', link: 'to-one' }, elsewhere: { fault: 'link-down', link: 'to-two' } },
];

const inNamespaces: readonly FaultCase[] = (
  [
    {
      name: 'partition',
      fault: { fault: 'partition', target: 'two', from: 'one' },
      elsewhere: { fault: 'partition', target: 'two', from: 'three' },
    },
    {
      name: 'partition, one way',
      fault: { fault: 'partition', target: 'two', from: 'one', ways: 'to' },
      elsewhere: { fault: 'partition', target: 'two', from: 'three', ways: 'to' },
    },
    { name: 'drop-port', fault: { fault: 'drop-port', target: 'one', port: 'http' }, elsewhere: { fault: 'drop-port', target: 'three' } },
    {
      name: 'refuse',
      fault: { fault: 'refuse', target: 'one', from: 'two' },
      elsewhere: { fault: 'refuse', target: 'one', from: 'three' },
    },
    {
      name: 'loss',
      fault: { fault: 'loss', target: 'two', from: 'one', share: '30 %' },
      elsewhere: { fault: 'loss', target: 'two', from: 'three', share: '30 %' },
    },
    { name: 'disconnect', fault: { fault: 'disconnect', target: 'three' }, elsewhere: { fault: 'disconnect', target: 'two' } },
    {
      name: 'isolate',
      fault: { fault: 'isolate', target: { label: { zone: 'a' } } },
      elsewhere: { fault: 'drop-port', target: 'three', port: 'http' },
    },
  ] satisfies readonly FaultCase[]
)
  // The limit counts from the command, and a busy engine takes its time to run one.
  .map((each) => ({ ...each, confirm_within: '10 s' }));

await describeNeeding('toxiproxy', 'links', () => faultContract('process', system, onLinks));
await describeNeeding('docker', 'network', () => faultContract('docker', system, [...onLinks, ...inNamespaces]));
