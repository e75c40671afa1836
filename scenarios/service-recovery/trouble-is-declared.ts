import { newlyDeployed, ordersOnOne } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/** 4.5 The last rung of the ladder: the database is gone, neither a restart nor the last good release helps, and then it is said that it takes longer. */
export default scenario({
  title: 'When neither a restart nor the last good release helps, extended downtime is declared',
  principle: 4,
  claim: '4.5',
  system: newlyDeployed,
  workload: ordersOnOne(),
  faults: { 'lose-database': { fault: 'kill', target: 'pg-1', at: { between: ['2 s', '3 s'] } } },
  objectives: { declared: { kind: 'gauge', figure: { at: 'deployer', path: '/status', number: '/declared' }, at_least: 1, after: '25 s' } },
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
