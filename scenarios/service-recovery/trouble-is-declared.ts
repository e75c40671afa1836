import { newlyDeployed, ordersOnOne, releaseInPlace } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/** The three rungs in their order, as the deployer tells it climbed them; where it tells of another order, or of fewer, there is no figure. */
const climbedInOrder = {
  at: 'deployer',
  path: '/status',
  number: '"declared":(1),"climbed":\\[[^\\]]*"rung":"restart"[^\\]]*"rung":"revert"[^\\]]*"rung":"declare"',
};

/**
 * 4.5 The whole ladder: the database is gone, neither a restart nor the last good release helps, and then, not before, it is said that it takes longer. That it went back is asked of the server.
 */
export default scenario({
  title: 'When neither a restart nor the last good release helps, extended downtime is declared',
  principle: 4,
  claim: '4.5',
  system: newlyDeployed,
  workload: ordersOnOne(),
  faults: { 'lose-database': { fault: 'kill', target: 'pg-1', at: { between: ['2 s', '3 s'] } } },
  must_see: ['503'],
  objectives: {
    'went-back': { kind: 'gauge', figure: releaseInPlace, at_most: 1, after: '25 s' },
    declared: { kind: 'gauge', figure: { at: 'deployer', path: '/status', number: '/declared' }, at_least: 1, after: '25 s' },
    'in-order': { kind: 'gauge', figure: climbedInOrder, at_least: 1, after: '25 s' },
  },
  sabotages: [
    {
      name: 'says-nothing',
      title: 'The deployer climbs the ladder again and again, and declares nothing',
      objective: 'declared',
      reason: 'gauge.beyond',
      change: { services: { deployer: { env: { DECLARES: 'off' } } } },
    },
  ],
  baseline: '4 s',
  expected: '60 s',
});
