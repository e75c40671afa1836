import { deployed, ordersOnOne, releaseInPlace } from '../../fixtures/system/servers.ts';
import { type ScenarioText, scenario } from '../../harness/index.ts';

/** While the database is down somebody asks for a release as a fix. */
function urgent(name: string, force = false): NonNullable<ScenarioText['faults']> {
  return {
    'lose-database': { fault: 'kill', target: 'pg-1', at: { between: ['1 s', '2 s'] }, amplifier: true },
    'urgent-fix': {
      fault: 'request',
      target: 'deployer',
      path: '/releases',
      body: { name, force },
      // Refused or not, it was asked for.
      answers: [202, 409],
      seen: { path: '/status', has: `"asked":"${name}"` },
      after: { fault: 'lose-database', by: '4 s' },
    },
  };
}

/** 4.6 No fix without its tests, however urgent. The deployer is a reference implementation; what is in place is asked of the server, not of it. */
export default scenario({
  title: 'In an outage, too, a release whose tests are not green is refused, forced or not',
  principle: 4,
  claim: '4.6',
  system: deployed,
  workload: ordersOnOne(),
  variants: {
    red: { faults: urgent('2026.5') },
    empty: { faults: urgent('2026.6') },
    forced: { faults: urgent('2026.5', true) },
  },
  // In mid-outage.
  must_see: ['503'],
  objectives: { 'release-stays': { kind: 'gauge', figure: releaseInPlace, at_most: 1 } },
  sabotages: [
    {
      name: 'no-gate',
      title: 'The deployer does not ask what the tests say',
      objective: 'release-stays',
      reason: 'gauge.beyond',
      change: { services: { deployer: { env: { GATE: 'off' } } } },
      variants: ['red'],
    },
    {
      name: 'empty-passes',
      title: 'A suite in which nothing ran is taken for green',
      objective: 'release-stays',
      reason: 'gauge.beyond',
      change: { services: { deployer: { env: { EMPTY_PASSES: 'on' } } } },
      variants: ['empty'],
    },
    {
      name: 'force-passes',
      title: 'Whoever asks with force gets through',
      objective: 'release-stays',
      reason: 'gauge.beyond',
      change: { services: { deployer: { env: { FORCE_PASSES: 'on' } } } },
      variants: ['forced'],
    },
  ],
  watch: '20 s',
  baseline: '4 s',
  expected: '50 s',
});
