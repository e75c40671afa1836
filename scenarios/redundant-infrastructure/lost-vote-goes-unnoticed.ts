import { orders } from '../../fixtures/system/orders.ts';
import { redundant } from '../../fixtures/system/redundant.ts';
import { scenario } from '../../harness/index.ts';

/** 9.7 No part is a single point of failure, those whose loss users must not notice at all: each vote of the lock store is lost in turn, its leader among them, and so is the job that set what administrators want. */
export default scenario({
  title: 'When each vote of the lock store is lost in turn, at least 99.9 % of orders are taken and none is lost',
  principle: 9,
  claim: '9.7',
  system: redundant,
  workload: orders({ at: 'users' }),
  faults: {
    'kill-etcd-1': { fault: 'kill', target: 'etcd-1', at: { between: ['1 s', '2 s'] }, heal: { after: '8 s' } },
    'kill-etcd-2': { fault: 'kill', target: 'etcd-2', on: { event: { healed: 'kill-etcd-1' }, by: '5 s' }, heal: { after: '8 s' } },
    'kill-etcd-3': { fault: 'kill', target: 'etcd-3', on: { event: { healed: 'kill-etcd-2' }, by: '5 s' }, heal: { after: '8 s' } },
    'kill-settings': { fault: 'kill', target: 'settings', on: { event: { healed: 'kill-etcd-3' }, by: '1 s' } },
  },
  objectives: {
    availability: { kind: 'availability', of: ['order'], at_least: '99.9 %' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'one-vote-decides',
      title: 'Patroni keeps its lease in one etcd that votes alone, whoever else is there',
      objective: 'availability',
      reason: 'availability.under',
      change: {
        services: {
          'etcd-1': { env: { PEERS: 'etcd-1=${etcd-1.host}' } },
          'etcd-2': { env: { PEERS: 'etcd-2=${etcd-2.host} etcd-3=${etcd-3.host}' } },
          'etcd-3': { env: { PEERS: 'etcd-2=${etcd-2.host} etcd-3=${etcd-3.host}' } },
          'pg-*': { env: { ETCD_HOSTS: '${etcd-1.addr.client}' } },
        },
      },
    },
  ],
  watch: '50 s',
  baseline: '4 s',
  settle_within: '90 s',
  expected: '105 s',
});
