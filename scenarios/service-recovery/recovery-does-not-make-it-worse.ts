import { attemptsPerRequest, requestsOfFront, retries } from '../../fixtures/system/retries.ts';
import { type ScenarioText, scenario } from '../../harness/index.ts';

/** Users at a share of the capacity that is measured first; and five seconds in which no answer comes in time. */
function trigger(times: number): NonNullable<ScenarioText['faults']> {
  return {
    users: {
      fault: 'flood',
      target: 'front',
      path: '/work',
      times,
      capacity_of: ['backend'],
      // Four times ten that may wait at once: answers that are late must not thin out the load.
      sources: 4,
      lasts: '90 s',
      requests: requestsOfFront,
      at: '0 s',
      confirm_within: '15 s',
      amplifier: true,
    },
    'late-answers': {
      fault: 'latency',
      link: 'backend',
      delay: '1 s',
      after: { fault: 'users', by: '3 s' },
      heal: { after: '5 s' },
    },
  };
}

/**
 * 4.4 Recovery does not make it worse. What started it is taken away, and service must come back without help although the load stays: requests that nobody waits for any more must not be repeated until they are all that is worked on (a
 * metastable failure: Bronson et al., HotOS 2021). The observer's own requests, ten a second of eighty, go on while the capacity is
 * measured, so that what is measured is what they leave; with them it is 50, 70 and 90 % in all.
 */
export default scenario({
  title: 'When a trigger is gone, service comes back by itself under load, and the trigger is not amplified',
  principle: 4,
  claim: '4.4',
  system: retries,
  workload: {
    journeys: {
      work: {
        kind: 'read',
        at: 'front',
        http: { path: '/work' },
        load: { open: { every: '100 ms', connections: ['pooled'] } },
        deadline: '1 s',
      },
    },
  },
  variants: { 'at-50': { faults: trigger(0.43) }, 'at-70': { faults: trigger(0.66) }, 'at-90': { faults: trigger(0.89) } },
  must_see: ['503'],
  objectives: {
    rto: { kind: 'rto', of: ['work'], within: '10 s', recovers: 'after_heal' },
    amplification: { kind: 'gauge', figure: attemptsPerRequest, at_most: 1.2 },
  },
  sabotages: [
    {
      name: 'unbounded-retries',
      title: 'What fails is tried again at once and without a limit, and no breaker stops it',
      objective: 'rto',
      reason: 'rto.over',
      takes_along: ['amplification'],
      change: { services: { front: { env: { RETRIES: 'unbounded' } } } },
    },
  ],
  // Ten a second: the floor of a hundred operations before the trigger.
  baseline: '12 s',
  expected: '70 s',
});
