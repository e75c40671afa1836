import { edge, figures } from '../../fixtures/system/edge.ts';
import { scenario } from '../../harness/index.ts';

/** How many connections the edge has room for: few, so that attackers soon want more. */
const POOL = 256;

const slow = {
  target: 'edge',
  // These fill the edge in 7 s, unless it takes its places back.
  per_s: 40,
  sockets: 600,
  sources: 2,
  lasts: '90 s',
  connections: figures.connections,
  at: '0 s',
  confirm_within: '15 s',
} as const;

/** An edge that waits for whatever anybody sends, as long as it takes. */
const PATIENT = { HEADER_TIMEOUT: 'off', BODY_TIMEOUT: 'off', SEND_TIMEOUT: 'off', CONNECTIONS: 'off' };

/** 12.2 Slow attacks do not hold the doors: headers, bodies and reads without end, more of them than the edge has places, beside legitimate users. */
export default scenario({
  title:
    'However slowly attackers spend their connections, more of them than the edge has places, they hold at most half of its places, and at least 99 % of legitimate requests are answered well',
  principle: 12,
  claim: '12.2',
  system: edge({ pool: POOL }),
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
  variants: {
    headers: { faults: { slow: { fault: 'slow-headers', path: '/calculate', ...slow } } },
    bodies: { faults: { slow: { fault: 'slow-bodies', path: '/calculate', ...slow } } },
    reads: { faults: { slow: { fault: 'slow-reads', path: '/pages/brochure.txt', ...slow } } },
  },
  objectives: {
    availability: { kind: 'availability', at_least: '99 %' },
    // Half of the places stay free, all the time: headers are given up in time, reads too, and bodies that drip on are capped for each client.
    reclaimed: { kind: 'gauge', figure: { ...figures.connections, at: 'edge' }, at_most: POOL / 2 },
  },
  sabotages: [
    {
      name: 'patient-edge',
      title:
        'The edge waits for ever for headers, bodies and readers, lets each client hold as much as it likes, and has room for thousands: nobody is kept out yet',
      objective: 'reclaimed',
      reason: 'gauge.beyond',
      change: { services: { edge: { env: { ...PATIENT, POOL: '4096' } } } },
    },
    {
      name: 'patient-edge-with-little-room',
      title: 'The edge waits for ever, and attackers soon have all of its few places',
      objective: 'availability',
      reason: 'availability.under',
      change: { services: { edge: { env: { ...PATIENT, POOL: '100' } } } },
    },
  ],
  // A hundred operations of each prober at least.
  baseline: '12 s',
  watch: '20 s',
  expected: '70 s',
});
