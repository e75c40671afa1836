import { API_PROGRAM, oneServer, ordersOnOne } from '../../fixtures/system/servers.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 4.1 A crashed or hung server is restarted.
 *
 * One api server, so that nobody hides its loss. Its program is kept by a supervisor (ours: a reference implementation), which is kept by the engine's restart policy (not ours).
 */
export default scenario({
  title: 'When the api server crashes or hangs, it is restarted, and no acknowledged order is lost',
  principle: 4,
  claim: '4.1',
  system: oneServer,
  workload: ordersOnOne(),
  variants: {
    crash: {
      faults: { 'crash-api': { fault: 'kill-process', target: 'api', only: API_PROGRAM, at: { between: ['2 s', '3 s'] } } },
      must_see: ['503'],
    },
    // Supervisor and all: what is left is the engine.
    'crash-all': {
      faults: { 'crash-server': { fault: 'kill-process', target: 'api', at: { between: ['2 s', '3 s'] } } },
      must_see: ['503'],
    },
    // It holds its connections and answers nothing. Three questions of a second each, 250 ms apart, tell the supervisor.
    hang: {
      faults: { 'hang-api': { fault: 'freeze-process', target: 'api', only: API_PROGRAM, at: { between: ['2 s', '3 s'] } } },
      must_see: ['timeout'],
    },
    'out-of-memory': {
      faults: { 'exhaust-api': { fault: 'out-of-memory', target: 'api', at: { between: ['2 s', '3 s'] } } },
      must_see: ['503'],
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: 'application', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: 'application' },
  },
  sabotages: [
    {
      name: 'no-restarts',
      title: 'Nothing starts the api server again: no supervisor that acts, no restart policy',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { api: { restart: 'no', env: { RESTARTS: 'off' } } } },
    },
  ],
  baseline: '4 s',
  expected: '60 s',
});
