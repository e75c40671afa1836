import { deployed, ordersOnOne, releaseInPlace } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/** Puts a release in place, by the deployer, as a pipeline does. */
function release(name: string) {
  return {
    fault: 'request',
    target: 'deployer',
    path: '/releases',
    body: { name },
    seen: { path: '/status', has: `"release":"${name}"` },
  } as const;
}

/**
 * 4.2 When a restart does not help, the last good version returns. Supervisor and deployer are reference implementations; one api server, so that nobody hides what a release does to it.
 */
export default scenario({
  title: 'When a release is bad and a restart does not help, the last good one returns by itself',
  principle: 4,
  claim: '4.2',
  system: deployed,
  workload: ordersOnOne(),
  variants: {
    // It ends with an error at each start.
    'crashes-on-start': { faults: { 'bad-release': { ...release('2026.2'), at: { between: ['2 s', '3 s'] } } }, must_see: ['503'] },
    // It is up, says that it is healthy, and answers every order with 500.
    'answers-500': { faults: { 'bad-release': { ...release('2026.3'), at: { between: ['2 s', '3 s'] } } }, must_see: ['500'] },
    // The first is well for seconds and never becomes the last good one; the second crashes. The one before the second is as bad as that.
    'two-in-a-row': {
      faults: {
        'first-bad-release': { ...release('2026.4'), at: '1 s', amplifier: true },
        'second-bad-release': { ...release('2026.2'), after: { fault: 'first-bad-release', by: '3 s' } },
      },
      must_see: ['503'],
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: 'application', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: 'application' },
    // Asked of the server, not of the deployer.
    'last-good': { kind: 'gauge', figure: releaseInPlace, at_most: 1, after: '25 s' },
  },
  sabotages: [
    {
      name: 'no-way-back',
      title: 'The deployer puts releases in place and never takes one back',
      objective: 'rto',
      reason: 'rto.over',
      takes_along: ['last-good'],
      change: { services: { deployer: { env: { BACK_TO: 'nothing' } } } },
      variants: ['crashes-on-start', 'answers-500'],
    },
    {
      name: 'back-by-one',
      title: 'The deployer goes back to the release before, good or not',
      objective: 'rto',
      reason: 'rto.over',
      takes_along: ['last-good'],
      change: { services: { deployer: { env: { BACK_TO: 'one before' } } } },
      variants: ['two-in-a-row'],
    },
  ],
  baseline: '4 s',
  expected: '65 s',
});
