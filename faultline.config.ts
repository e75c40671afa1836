import { policy } from './harness/index.ts';

/** What this organisation promises; scenarios name a disruption, the plan stores the number. */
export default policy({
  disruptions: {
    application: { rto: '30 s', rpo: '0 writes' },
    infrastructure: { rto: '30 s', rpo: '0 writes' },
    zone: { rto: '30 s', rpo: '0 writes' },
    region: { rto: '60 s', rpo: 'declared lag' },
    provider: { rto: '120 s', rpo: 'last offline copy' },
    data: { rto: '600 s', rpo: 'per strategy' },
  },
  hold: '10 s',
  // What a scenario is there for; the others are shown as not verified, and stop nothing yet.
  gate: {
    claims: [
      '4.1',
      '4.2',
      '4.3',
      '4.4',
      '4.5',
      '4.6',
      '8.2',
      '9.1',
      '9.2',
      '9.3',
      '9.4',
      '9.5',
      '9.6',
      '9.7',
      '10.1',
      '10.2',
      '10.3',
      '10.4',
      '10.5',
      '10.6',
      '10.7',
      '10.8',
      '10.9',
      '10.10',
      '12.1',
      '12.2',
    ],
  },
});
