import { addressesOf } from '../../fixtures/system/addresses.ts';
import { calculating, delivery } from '../../fixtures/system/delivery.ts';
import { scenario } from '../../harness/index.ts';

/** 9.6 Losing a whole provider is survived, of content delivery: all edges of one are gone at once, and browsers find those of the other by the addresses that they have. */
export default scenario({
  title: 'When one of two providers of content delivery is lost, pages are served again within 3 s',
  principle: 9,
  claim: '9.6',
  system: delivery,
  workload: calculating,
  faults: { 'lose-provider': { fault: 'kill', target: { label: { provider: 'delivery-a' } }, at: { between: ['1 s', '2 s'] } } },
  predicted: { min: '0 s', max: '0.6 s', from: 'connections of one half are lost; browsers give an address 250 ms, and try the other' },
  objectives: { rto: { kind: 'rto', within: '3 s', recovers: 'unaided' } },
  sabotages: [
    {
      name: 'single-provider',
      title: 'The product’s name leads to one provider alone',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { users: { env: { ADDRESSES: addressesOf(['edge-a']) } } } },
    },
  ],
  baseline: '4 s',
  expected: '40 s',
});
