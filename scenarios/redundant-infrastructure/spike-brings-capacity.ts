import { autoscaled, figures, WORKER_PROGRAM } from '../../fixtures/system/autoscaled.ts';
import { type ScenarioText, scenario } from '../../harness/index.ts';

type Faults = NonNullable<ScenarioText['faults']>;

/** Four times what users ask for at rest, beside these: five times in all, for a minute. It ebbs away by itself, and nobody heals it before the end: what comes after it belongs to the window. */
const spike: Faults[string] = {
  fault: 'spike',
  target: 'balancer',
  path: '/work',
  // Four and a bit: a closed loop measures a little less than twenty.
  times: 4.25,
  capacity_of: ['yardstick'],
  // k6 has ten at once from each: answers that are late must not thin out the load.
  sources: 4,
  rise: '2 s',
  top: '56 s',
  lasts: '200 s',
  requests: figures.requests,
  at: '0 s',
  confirm_within: '15 s',
};

/**
 * 9.2 A spike brings capacity and failed servers return.
 *
 * A good answer comes within 0.45 s, one and a half times what the work takes. So `rto` says when answers were back within that while the spike was still on, and `steady` that they stayed there: no more than one in a hundred of those
 * after it may be late or refused, spike or not, which its ratio of percentiles alone, taken over the spike and the calm after it, would not show. `server` is asked directly, since the balancer hides its loss.
 */
export default scenario({
  title:
    'Five times the load brings the servers that it takes, answers are soon as fast as before, and what is not needed goes again; a server that dies comes back',
  principle: 9,
  claim: '9.2',
  system: autoscaled,
  workload: {
    journeys: {
      work: { kind: 'read', at: 'balancer', http: { path: '/work' }, load: { open: { every: '100 ms' } }, deadline: '450 ms' },
      server: {
        kind: 'read',
        at: 'worker-1',
        http: { path: '/health' },
        load: { open: { every: '100 ms', connections: ['fresh'] } },
        deadline: '450 ms',
      },
    },
  },
  variants: {
    // Servers take two seconds to start: until then two bear what is too much for them.
    spike: { faults: { spike }, must_see: ['503'] },
    'server-fails': {
      faults: {
        spike: { ...spike, amplifier: true },
        'kill-worker': {
          fault: 'kill-process',
          target: 'worker-1',
          only: WORKER_PROGRAM,
          after: { fault: 'spike', by: '20 s' },
        },
      },
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['work'], within: '10 s', recovers: 'unaided' },
    server: { kind: 'rto', of: ['server'], within: '10 s', recovers: 'unaided' },
    steady: { kind: 'steady', of: ['work'], latency: 1.5 },
    'scaled-out': { kind: 'gauge', figure: figures.most, at_least: 4, after: '15 s' },
    'scaled-in': { kind: 'gauge', figure: figures.running, at_most: 2, after: '80 s' },
  },
  sabotages: [
    {
      name: 'no-autoscaling',
      title: 'There are two servers, whatever comes',
      objective: 'rto',
      reason: 'rto.over',
      takes_along: ['scaled-out'],
      change: { services: { autoscaler: { env: { MOST: '2' } } } },
      variants: ['spike'],
    },
    {
      name: 'never-scales-in',
      title: 'Servers that a spike brought are kept for ever',
      objective: 'scaled-in',
      reason: 'gauge.beyond',
      change: { services: { autoscaler: { env: { COOL_DOWN_MS: '3600000' } } } },
      variants: ['spike'],
    },
    {
      name: 'nobody-restarts',
      title: 'Nothing starts a worker again that died: no control that acts, no restart policy',
      objective: 'server',
      reason: 'rto.over',
      change: { services: { 'worker-*': { restart: 'no', env: { RESTARTS: 'off' } } } },
      variants: ['server-fails'],
    },
  ],
  // The 95th percentile is compared over windows of 50 operations: 5 s each.
  baseline: '26 s',
  expected: '140 s',
});
