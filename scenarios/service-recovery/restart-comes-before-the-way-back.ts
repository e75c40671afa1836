import { API_PROGRAM, newlyDeployed, ordersOnOne, releaseInPlace } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 4.5 The ladder is climbed in order: what a restart cures is not rolled back. (What it does not cure is, see bad-release-is-rolled-back; where nothing helps it is declared, see trouble-is-declared.) A release is in place that is
 * not the last good one, so that going back would be seen; the supervisor is too patient to be first. So it is the deployer that must act. Supervisor and deployer are reference implementations.
 */
export default scenario({
  title: 'When a restart cures it, the server is restarted and the release stays',
  principle: 4,
  claim: '4.5',
  system: newlyDeployed,
  workload: ordersOnOne(),
  faults: { 'hang-api': { fault: 'freeze-process', target: 'api', only: API_PROGRAM, at: { between: ['2 s', '3 s'] } } },
  must_see: ['timeout'],
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: 'application', recovers: 'unaided' },
    'release-stays': { kind: 'gauge', figure: releaseInPlace, at_least: 7 },
  },
  sabotages: [
    {
      name: 'back-first',
      title: 'The deployer goes back to the last good release first, and restarts when that does not help',
      objective: 'release-stays',
      reason: 'gauge.beyond',
      change: { services: { deployer: { env: { FIRST: 'revert' } } } },
    },
  ],
  baseline: '4 s',
  expected: '60 s',
});
