import { BALANCER_WITHOUT_CHECKS } from '../../fixtures/system/quickstart.ts';
import { sessions, shopping } from '../../fixtures/system/sessions.ts';
import { scenario } from '../../harness/index.ts';

/** 9.1 Losing any one server is not an outage, and nobody who shops notices: both app servers are killed, one after the other, while sessions are open; whatever was put into a cart is in it at the end. */
export default scenario({
  title:
    'When each of the two app servers is killed in turn, at least 99.9 % of requests are answered well and every cart is as it was left',
  principle: 9,
  claim: '9.1',
  system: sessions,
  workload: shopping,
  faults: {
    'kill-app-1': { fault: 'kill', target: 'app-1', at: { between: ['1 s', '2 s'] }, heal: { after: '5 s' } },
    'kill-app-2': { fault: 'kill', target: 'app-2', on: { event: { healed: 'kill-app-1' }, by: '5 s' } },
  },
  objectives: {
    availability: { kind: 'availability', of: ['put', 'look'], at_least: '99.9 %' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'sessions-written-behind',
      title: 'Each server keeps what it was told in its own memory for up to a second, as a session cache that is written behind',
      objective: 'rpo',
      reason: 'rpo.lost',
      change: { services: { 'app-*': { env: { SESSIONS: 'write-behind' } } } },
    },
    BALANCER_WITHOUT_CHECKS,
  ],
  // Whoever is with a server when it dies is lost: a handful of each of the two, and one in a thousand may be.
  watch: '60 s',
  baseline: '4 s',
  expected: '100 s',
});
