import { drilled, ledgerOfDrilled, operated } from '../../fixtures/system/backups.ts';
import { type ScenarioText, scenario } from '../../harness/index.ts';

type Faults = NonNullable<ScenarioText['faults']>;

/** Something happens to the newest backup, or to the archive, where nobody looks. */
function spoiled(kind: 'truncate' | 'empty' | 'flip' | 'wal'): { readonly faults: Faults } {
  return {
    faults: {
      spoiled: {
        fault: 'request',
        target: 'repository',
        port: 'agent',
        path: '/run',
        body: { script: 'spoil', args: [kind] },
        seen: { path: '/status', has: `"kind":"${kind}"` },
        at: { between: ['1 s', '6 s'] },
      },
    },
  };
}

/** What the drill says: whether its last rehearsal failed, and how often it raised an alert. */
const red = { at: 'operator', path: '/status', number: '/drill/red' };
const alerts = { at: 'operator', path: '/status', number: '/drill/alerts' };

/**
 * 10.10 A backup that cannot be restored is found before it is needed: a drill brings the newest one back into a clean place every few seconds, and looks at what came back. It must be green before, and go red for each kind of damage. No other backup is taken
 * meanwhile, as between two nights.
 */
export default scenario({
  title:
    'When the newest backup is cut short, empty, or has one bit flipped, or the archive a gap, the restore drill goes red and an alert arrives',
  principle: 10,
  claim: '10.10',
  system: {
    ...operated(drilled, { SNAPSHOT_EVERY_S: '3600' }),
    alert: { at: 'operator', raised: { http: '/status', body_has: '"red":1' } },
  },
  workload: ledgerOfDrilled(),
  variants: { truncated: spoiled('truncate'), empty: spoiled('empty'), 'bit-flipped': spoiled('flip'), 'missing-wal': spoiled('wal') },
  must_see: ['alert'],
  objectives: {
    red: { kind: 'gauge', figure: red, at_least: 1, after: '25 s' },
    alerted: { kind: 'gauge', figure: alerts, at_least: 1, after: '25 s' },
  },
  sabotages: [
    {
      name: 'looks-at-the-size',
      title: 'The drill restores nothing, and compares what is said of sizes',
      objective: 'red',
      reason: 'gauge.beyond',
      takes_along: ['alerted'],
      change: { services: { operator: { env: { DRILL: 'size' } } } },
    },
  ],
  // Long enough for a drill that is green.
  baseline: '22 s',
  expected: '100 s',
});
