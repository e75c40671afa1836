import { orders } from '../../fixtures/system/orders.ts';
import { patroni, predicted, predictedOneWay } from '../../fixtures/system/patroni.ts';
import { type ScenarioText, scenario } from '../../harness/index.ts';

/**
 * 9.3 The database fails over by itself and loses nothing acknowledged.
 *
 * Where the primary is killed, replication is held back for a moment first, in both twins: without that an asynchronous standby on a local network usually loses nothing, and the scenario could not tell it from a
 * synchronous one. Where the primary is cut off, the partition does the same. What Patroni's own settings predict stands beside the RTO; the promise is wider.
 */
const holdReplication: NonNullable<ScenarioText['faults']>[string] = {
  fault: 'cut',
  target: { role: 'replica' },
  from: { role: 'primary' },
  from_port: 'sql',
  at: { between: ['2 s', '3 s'] },
  heal: 'new primary',
  amplifier: true,
};

/** Both ties of the primary that keep it in office: to its lock store, and to those who would follow it. */
function cutOff(ways: 'both' | 'to') {
  return {
    'from-etcd': { fault: 'partition', target: { role: 'primary' }, from: 'etcd', ways },
    'from-standbys': { fault: 'partition', target: { role: 'primary' }, from: { role: 'replica' }, ways },
  } as const;
}

export default scenario({
  title: 'When the database primary is lost, a standby takes over and no acknowledged order is lost',
  principle: 9,
  claim: '9.3',
  system: patroni,
  workload: orders({ direct: true }),
  variants: {
    kill: {
      faults: {
        'hold-replication': holdReplication,
        'lose-primary': { fault: 'kill', target: { role: 'primary' }, after: { fault: 'hold-replication', by: '500 ms' } },
      },
      predicted,
      must_see: ['new primary'],
    },
    // Frozen for longer than its lease, then thawed: the old primary wakes up and believes that it still leads.
    pause: {
      faults: {
        'freeze-primary': { fault: 'pause', target: { role: 'primary' }, at: { between: ['2 s', '3 s'] }, heal: { after: '12 s' } },
      },
      predicted,
      must_see: ['new primary'],
    },
    // Cut off from its lock store and its standbys, while clients still reach it: it must step down before another leads, and whatever it acknowledges meanwhile must not be lost.
    'cut-off': {
      faults: { 'cut-primary-off': { fault: 'together', at: { between: ['2 s', '3 s'] }, of: cutOff('both') } },
      predicted,
      must_see: ['new primary'],
    },
    // Nothing reaches it any more, but what it sends still leaves it: renewals of its lease go unanswered.
    'cut-off-one-way': {
      faults: { 'cut-primary-off': { fault: 'together', at: { between: ['2 s', '3 s'] }, of: cutOff('to') } },
      predicted: predictedOneWay,
      must_see: ['new primary'],
    },
    // So slow that it neither answers its clients in time nor renews its lease; from 5 % of a processor on it is as good as gone.
    slow: {
      faults: { 'starve-primary': { fault: 'cpu', target: { role: 'primary' }, leave: '1 %', at: { between: ['2 s', '3 s'] } } },
      must_see: ['new primary'],
    },
    // The standby that the primary waits for dies first; another one must take its part before the primary dies, too.
    'standby-then-primary': {
      faults: {
        'lose-standby': { fault: 'kill', target: { role: 'sync_standby' }, at: { between: ['1 s', '2 s'] }, amplifier: true },
        'hold-replication': { ...holdReplication, at: undefined, after: { fault: 'lose-standby', by: '6 s' } },
        'lose-primary': { fault: 'kill', target: { role: 'primary' }, after: { fault: 'hold-replication', by: '500 ms' } },
      },
      predicted,
      must_see: ['new primary'],
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '15 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'asynchronous-replication',
      title: 'Replication is asynchronous: the primary acknowledges before any standby has the order',
      objective: 'rpo',
      reason: 'rpo.lost',
      change: { services: { 'pg-*': { env: { SYNC: 'off' } } }, cluster: { synchronous: false } },
      variants: ['kill', 'cut-off', 'cut-off-one-way', 'standby-then-primary'],
    },
    {
      name: 'patroni-3-0-2',
      title: 'Patroni 3.0.2 renews its leader key without comparing: a thawed primary can take the key back',
      objective: 'rpo',
      reason: 'rpo.lost',
      // Where the thawed primary takes the key back, the one that had followed it must rewind first: nobody serves meanwhile.
      takes_along: ['rto'],
      change: {
        services: {
          'pg-*': { image: 'faultline/patroni:3.0.2', build: { context: 'fixtures/images/patroni', args: { PATRONI: '3.0.2' } } },
        },
      },
      variants: ['pause'],
      shows: { within: 20 },
    },
    {
      name: 'proxy-trusts-late',
      title: 'The database proxy uses a server again only after 200 good checks, a minute of them',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { database: { env: { RISE: '200' } } } },
      variants: ['slow'],
    },
  ],
  baseline: '4 s',
  settle_within: '90 s',
  expected: '75 s',
});
