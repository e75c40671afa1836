import { configuration, configuredProxy, ordersAtProxy, takenBack } from '../../fixtures/system/configured-proxy.ts';
import { scenario } from '../../harness/index.ts';

/** Has the keeper put a configuration in place, as whoever changes it does. */
function put(version: string, text: string) {
  return {
    fault: 'request',
    target: 'proxy',
    port: 'control',
    method: 'PUT',
    path: '/configuration',
    body: { version, text },
    seen: { path: '/status', port: 'control', has: `"in_place":"${version}"` },
  } as const;
}

/** A port at which nobody listens. */
const nowhere = configuration({ port: 8081 });
/** A question that no api server knows the answer to. */
const health = '/healthz';

/**
 * 4.2 When a restart does not help, the last good version returns: of infrastructure, here the configuration of a proxy. HAProxy finds nothing wrong with any of these; their keeper is a reference implementation.
 */
export default scenario({
  title: 'When the proxy gets a bad configuration and a restart does not help, the last good one returns by itself',
  principle: 4,
  claim: '4.2',
  system: configuredProxy,
  workload: ordersAtProxy(),
  variants: {
    'leads-nowhere': {
      faults: { 'bad-configuration': { ...put('2', nowhere), at: { between: ['2 s', '3 s'] } } },
      predicted: takenBack(),
      must_see: ['503'],
    },
    // All servers are well, and the proxy takes all of them out: a second after it was loaded, so that whoever looks right after the change, or the restart, finds it good.
    'asks-amiss': {
      faults: { 'bad-configuration': { ...put('2', configuration({ health, every: '2s' })), at: { between: ['2 s', '3 s'] } } },
      predicted: takenBack(1000),
      must_see: ['503'],
    },
    // The first is well for four seconds, and never becomes the last good one. The one before the second is as bad as that.
    'two-in-a-row': {
      faults: {
        'first-bad-configuration': { ...put('2', configuration({ health, every: '8s' })), at: '1 s', amplifier: true },
        'second-bad-configuration': { ...put('3', nowhere), after: { fault: 'first-bad-configuration', by: '2 s' } },
      },
      predicted: takenBack(),
      must_see: ['503'],
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '10 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: 'application' },
  },
  sabotages: [
    {
      name: 'no-way-back',
      title: 'The keeper restarts the proxy and never takes a configuration back',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { proxy: { env: { BACK_TO: 'nothing' } } } },
      variants: ['leads-nowhere', 'asks-amiss'],
    },
    {
      name: 'back-by-one',
      title: 'The keeper goes back to the configuration before, good or not',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { proxy: { env: { BACK_TO: 'one before' } } } },
      variants: ['two-in-a-row'],
    },
  ],
  baseline: '4 s',
  expected: '55 s',
});
