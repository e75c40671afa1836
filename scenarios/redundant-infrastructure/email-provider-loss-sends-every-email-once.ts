import { duplicates, inviting, mail, predicted } from '../../fixtures/system/mail.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 9.6 Losing a whole provider is survived, for the e-mail provider: all that is labelled provider a dies at once, and with it what it had accepted and not delivered. Some of what it had delivered it had not told of yet: that is sent
 * once more, and must not be seen twice. A first form: both providers are stand-ins, and hand over by HTTP what others hand over by SMTP.
 */
export default scenario({
  title: 'When the e-mail provider is lost, invitations go out by the other one, and each arrives, once',
  principle: 9,
  claim: '9.6',
  system: mail,
  workload: inviting,
  faults: { 'lose-provider-a': { fault: 'kill', target: { label: { provider: 'a' } }, at: { between: ['1 s', '2 s'] } } },
  predicted,
  objectives: {
    rto: { kind: 'rto', of: ['invite', 'arrives', 'waits'], within: '10 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
    once: { kind: 'gauge', figure: duplicates, at_most: 0 },
  },
  sabotages: [
    {
      name: 'single-provider',
      title: 'There is one e-mail provider',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { mailer: { env: { PROVIDERS: 'sendgrid=${provider-a.addr.http}' } } } },
    },
    {
      name: 'accepted-is-delivered',
      title: 'The mailer forgets an invitation as soon as a provider has accepted it',
      objective: 'rpo',
      reason: 'rpo.lost',
      change: { services: { mailer: { env: { DONE_WHEN: 'accepted' } } } },
    },
    {
      name: 'new-message-id-per-attempt',
      title: 'What is sent again is another mail, with a Message-ID of its own',
      objective: 'once',
      reason: 'gauge.beyond',
      change: { services: { mailer: { env: { MESSAGE_ID: 'new-per-attempt' } } } },
    },
  ],
  baseline: '4 s',
  expected: '60 s',
});
