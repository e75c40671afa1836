import { expect, test } from 'vitest';
import type { z } from 'zod';
import { contractService } from '../../fixtures/contract/system.ts';
import { FaultStep } from '../model/fault.ts';
import { System } from '../model/system.ts';
import { faultErrors } from './fault-errors.ts';

const system = System.parse({
  name: 'linked',
  services: { one: contractService({ clock: 'shiftable' }), two: contractService() },
  links: { plain: { to: 'one' }, web: { to: 'one', via: 'http' }, safe: { to: 'one', via: 'tls' } },
  names: { 'api.shop.test': { to: 'one' } },
});

function wrong(fault: z.input<typeof FaultStep>): readonly string[] {
  const said: string[] = [];
  faultErrors('faults', { it: FaultStep.parse({ at: '1 s', ...fault }) }, system, (place, message) => said.push(`${place}: ${message}`));
  return said;
}

test('a fault on a link of the wrong kind, a name nobody declared, a clock that stands for all', () => {
  expect([
    wrong({ fault: 'http-stall', link: 'web' }),
    wrong({ fault: 'http-stall', link: 'plain' }),
    wrong({ fault: 'http-stall', link: 'wbe' }),
    wrong({ fault: 'certificate-expired', link: 'web' }),
    wrong({ fault: 'names-silent', name: 'api.shop.test' }),
    wrong({ fault: 'names-silent', name: 'api.shop.tset' }),
    wrong({ fault: 'names-wrong', name: 'api.shop.test', to: 'tow' }),
    wrong({ fault: 'clock-skew', target: 'one', by: '1 h' }),
    wrong({ fault: 'clock-skew', target: 'two', by: '1 h' }),
  ]).toMatchInlineSnapshot(`
    [
      [],
      [
        "faults.it.link: http-stall needs a link with \`via: "http"\`; this one is "tcp"",
      ],
      [
        "faults.it.link: there is no link "wbe"; there are plain, web, safe",
      ],
      [
        "faults.it.link: certificate-expired needs a link with \`via: "tls"\`; this one is "http"",
      ],
      [],
      [
        "faults.it.name: there is no name "api.shop.tset"; did you mean "api.shop.test"?",
      ],
      [
        "faults.it.to: there is no service "tow"; there are one, two",
      ],
      [],
      [
        "faults.it.target: the clock of two cannot be shifted: say \`clock: "shiftable"\` there, and have libfaketime in its image",
      ],
    ]
  `);
});

test('numbers out of range are refused with what to write', () => {
  const refused = (fault: object) => FaultStep.safeParse({ at: '1 s', ...fault }).error?.issues.map(({ message }) => message);
  expect([
    refused({ fault: 'http-fail-share', link: 'web', share: '0 %' }),
    refused({ fault: 'http-fail-share', link: 'web', share: '200 %' }),
    refused({ fault: 'http-fail-first', link: 'web', first: 0 }),
    refused({ fault: 'http-status', link: 'web', route: 'orders' }),
    refused({ fault: 'names-slow', name: 'api.shop.test', by: '5 ms' }),
    refused({ fault: 'names-slow', name: 'api', by: '1 s' }),
    refused({ fault: 'clock-skew', target: 'one', by: '1 s' }),
  ]).toMatchInlineSnapshot(`
    [
      [
        "at least "0.1 %"",
      ],
      [
        ""200 %" is no share; write a percentage, for example "99.9 %"",
      ],
      [
        "Too small: expected number to be >=1",
      ],
      [
        "a route is a path, with a method before it where only that one is meant: "GET /orders/*", "/health", "*"",
      ],
      [
        "at least "100 ms"",
      ],
      [
        "a host name is lower-case labels with dots between, for example "api.shop.test"",
      ],
      [
        "at least "5 s": it is seen in whole seconds",
      ],
    ]
  `);
});
