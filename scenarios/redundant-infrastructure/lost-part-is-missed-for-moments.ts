import { addressesOf } from '../../fixtures/system/addresses.ts';
import { orders } from '../../fixtures/system/orders.ts';
import { expectedOf, redundant } from '../../fixtures/system/redundant.ts';
import { scenario } from '../../harness/index.ts';

/** When a part is lost of which there are several. */
const at = { between: ['1 s', '2 s'] as [string, string] };

/**
 * 9.7 No part is a single point of failure, those whose loss costs users moments: one balancer, one api server, one database proxy, the standby that the primary waits for. What each may cost stands in one table (`CONSEQUENCES`), the lock store's votes
 * in `lost-vote-goes-unnoticed`, the primary in 9.3.
 */
export default scenario({
  title: 'When any part is lost of which there are several, orders are taken again within 3 s and none is lost',
  principle: 9,
  claim: '9.7',
  system: redundant,
  workload: orders({ at: 'users' }),
  variants: {
    balancer: { faults: { 'lose-balancer': { fault: 'kill', target: 'balancer-1', at } }, predicted: expectedOf('a balancer') },
    api: { faults: { 'lose-api': { fault: 'kill', target: 'api-1', at } }, predicted: expectedOf('an api server') },
    proxy: { faults: { 'lose-proxy': { fault: 'kill', target: 'database-1', at } }, predicted: expectedOf('a database proxy') },
    standby: {
      faults: { 'lose-standby': { fault: 'kill', target: { role: 'sync_standby' }, at } },
      predicted: expectedOf('a standby of the database'),
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '3 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'single-balancer',
      title: 'Users have the address of one balancer',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { users: { env: { ADDRESSES: addressesOf(['balancer-1']) } } } },
      variants: ['balancer'],
    },
    {
      name: 'balancers-without-checks',
      title: 'The balancers do not check their servers and send every other request to the dead one',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { 'balancer-*': { env: { CHECKS: 'off' } } } },
      variants: ['api'],
    },
    {
      name: 'single-proxy',
      title: 'Both api servers reach the database through one proxy',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { 'api-2': { env: { DATABASES: '${database-1.addr.sql}' } } } },
      variants: ['proxy'],
    },
    {
      name: 'waits-for-every-standby',
      title: 'Somebody has set by hand, over Patroni, that the primary waits for two standbys, and there are no more',
      objective: 'rto',
      reason: 'rto.over',
      change: {
        services: { settings: { env: { STATEMENTS: "alter system set synchronous_standby_names = '2 (*)'" } } },
        // Patroni sees that the server waits for others than it was told to, and names nobody.
        cluster: { synchronous: false },
      },
      variants: ['standby'],
    },
  ],
  baseline: '4 s',
  settle_within: '90 s',
  expected: '70 s',
});
