import { orders } from '../../fixtures/system/orders.ts';
import { BALANCER_WITHOUT_CHECKS, quickstart } from '../../fixtures/system/quickstart.ts';
import { scenario } from '../../harness/index.ts';

/** 9.1 Losing any one server is not an outage: one of two api servers, drawn from the seed, is killed under load, and its users hardly notice. Sessions are the matter of `sessions-outlive-their-servers`. */
export default scenario({
  title: 'When one of two api servers is killed, at least 99.9 % of requests are still answered well',
  principle: 9,
  claim: '9.1',
  system: quickstart,
  workload: orders({ browse: true }),
  faults: {
    'kill-api': { fault: 'kill', target: { any: ['api-1', 'api-2'] }, at: { between: ['1 s', '2 s'] } },
  },
  objectives: {
    availability: { kind: 'availability', of: ['order', 'browse'], at_least: '99.9 %' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [BALANCER_WITHOUT_CHECKS],
  // One operation in a thousand may fail: with fewer than 3,000 nobody could tell.
  watch: '20 s',
  baseline: '4 s',
  expected: '60 s',
});
