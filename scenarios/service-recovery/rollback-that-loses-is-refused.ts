import { deployed, ordersOnOne, releaseInPlace } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 4.3 A rollback that would break the database is refused. The release changes the database, takes orders for some seconds and then fails; to take its migration back would lose those. What is in place is asked of the server, and
 * what is there of the database, neither of the deployer, which is a reference implementation.
 */
export default scenario({
  title: 'A rollback that would lose orders is refused, extended downtime is declared, and nothing is lost',
  principle: 4,
  claim: '4.3',
  system: deployed,
  workload: ordersOnOne(),
  faults: {
    'bad-release': {
      fault: 'request',
      target: 'deployer',
      path: '/releases',
      body: { name: '2026.8' },
      seen: { path: '/status', has: '"release":"2026.8"' },
      at: { between: ['2 s', '3 s'] },
    },
  },
  must_see: ['500'],
  objectives: {
    rpo: { kind: 'rpo', at_most: 'application' },
    refused: { kind: 'gauge', figure: releaseInPlace, at_least: 8, after: '5 s' },
    declared: { kind: 'gauge', figure: { at: 'deployer', path: '/status', number: '/declared' }, at_least: 1, after: '30 s' },
  },
  sabotages: [
    {
      name: 'does-not-ask',
      title: 'The deployer goes back without asking what that does to the database',
      objective: 'rpo',
      reason: 'rpo.lost',
      takes_along: ['refused', 'declared'],
      change: { services: { deployer: { env: { ASKS_DATABASE: 'off' } } } },
    },
  ],
  baseline: '4 s',
  expected: '65 s',
});
