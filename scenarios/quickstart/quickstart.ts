import { predicted } from '../../fixtures/system/guardian/predict.ts';
import { orders } from '../../fixtures/system/orders.ts';
import { quickstart } from '../../fixtures/system/quickstart.ts';
import { scenario } from '../../harness/index.ts';

/**
 * The first minute with Faultline: a database primary dies under load, a small guardian promotes the standby, and nothing acknowledged is lost. A demonstration: the guardian
 * is our own, so that this counts towards no principle.
 */
export default scenario({
  title: 'The database primary dies; the standby takes over and no acknowledged order is lost',
  system: quickstart,
  workload: orders(),
  faults: {
    'hold-replication': {
      fault: 'hold',
      target: 'relay',
      port: 'control',
      at: { between: ['1 s', '2 s'] },
      heal: 'new primary',
      amplifier: true,
    },
    'kill-primary': { fault: 'kill', target: { role: 'primary' }, after: { fault: 'hold-replication', by: '400 ms' } },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '10 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'asynchronous-replication',
      title: 'Replication is asynchronous: the primary acknowledges before the standby has the order',
      objective: 'rpo',
      reason: 'rpo.lost',
      change: { services: { guardian: { env: { SYNC: 'off' } } }, cluster: { synchronous: false } },
    },
  ],
  predicted,
  baseline: '4 s',
  expected: '45 s',
});
