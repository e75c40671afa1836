import { edge, figures } from '../../fixtures/system/edge.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 12.1 A flood does not keep users out: attackers are sent at ten times the capacity measured in the same run, from addresses of their own, beside legitimate users. More than half of that must be seen to arrive by the
 * edge's own counter; how many of it was refused there stands in the run's notes, and is not judged.
 */
export default scenario({
  title: 'A flood of ten times the capacity leaves at least 99 % of legitimate requests answered well, and at most twice as slow',
  principle: 12,
  claim: '12.1',
  system: edge(),
  workload: {
    journeys: {
      calculate: {
        kind: 'read',
        at: 'edge',
        http: { path: '/calculate', who: { server: '/server' } },
        load: { open: { every: '100 ms' } },
      },
    },
  },
  faults: {
    flood: {
      fault: 'flood',
      target: 'edge',
      path: '/calculate',
      times: 10,
      // Behind the edge: through it, its limit for one client would be measured.
      capacity_of: ['api-1', 'api-2'],
      sources: 2,
      lasts: '90 s',
      requests: figures.requests,
      spares: [{ ...figures.builder, at: 'builder' }],
      at: '0 s',
      confirm_within: '15 s',
    },
  },
  objectives: {
    availability: { kind: 'availability', at_least: '99 %' },
    latency: { kind: 'latency', at_most_times: 2 },
  },
  sabotages: [
    {
      name: 'no-rate-limit',
      title: 'The edge passes on whatever comes, from whomever',
      objective: 'availability',
      reason: 'availability.under',
      change: { services: { edge: { env: { RATE_LIMIT: 'off', CONNECTIONS: 'off' } } } },
    },
  ],
  // The 95th percentile is compared over windows of 50 operations: 5 s each.
  baseline: '30 s',
  watch: '30 s',
  expected: '110 s',
});
