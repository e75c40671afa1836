import { expect, test } from 'vitest';
import { contractSystem } from '../../fixtures/contract/system.ts';
import { FaultStep } from '../model/fault.ts';
import { System } from '../model/system.ts';
import { faultErrors } from './fault-errors.ts';

const system = System.parse({
  ...contractSystem,
  services: { ...contractSystem.services, one: { ...contractSystem.services['one'], memory_mb: 128 } },
});
function errors(...steps: readonly object[]): readonly string[] {
  const said: string[] = [];
  const faults = Object.fromEntries(steps.map((step, i) => [`f${i + 1}`, FaultStep.parse({ at: '1 s', ...step })]));
  faultErrors('faults', faults, system, (place, message) => said.push(`${place}: ${message}`));
  return said;
}

test('what fills something says what it would fill without a limit of its own', () => {
  expect(errors({ fault: 'memory', target: 'one', fill: '90 %' }, { fault: 'out-of-memory', target: 'one' })).toEqual([]);
  expect(
    errors(
      { fault: 'memory', target: 'two', fill: '90 %' },
      { fault: 'out-of-memory', target: { any: ['one', 'two'] } },
      { fault: 'disk-full', target: 'one' },
      { fault: 'bad-release', target: 'two' },
    ),
  ).toEqual([
    'faults.f1.target: two needs `memory_mb`: without a limit it would be this machine whose memory is filled',
    'faults.f2.target: two needs `memory_mb`: without a limit it would be this machine that runs out of memory',
    "faults.f3.target: one needs `disk_mb`: without a small volume of its own it would be this machine's disk that is full",
    'faults.f4: say what is bad about the release: `image`, `command` or `env`',
  ]);
});

test('a request says where it goes, and where it is seen, by names that there are', () => {
  const request = { fault: 'request', target: 'one', path: '/told', seen: { path: '/told', has: 'bad' } };
  expect(errors(request, { ...request, port: 'http', seen: { ...request.seen, at: 'two', port: 'http' } })).toEqual([]);
  expect(errors({ ...request, port: 'htp', seen: { ...request.seen, at: 'tow', port: 'sql' } }, { ...request, target: 'onne' })).toEqual([
    expect.stringMatching(/^faults\.f1\.port: .*"htp".*"http"/),
    'faults.f1.seen.at: there is no service "tow"; there are one, two',
    expect.stringMatching(/^faults\.f1\.seen\.port: .*"sql"/),
    expect.stringMatching(/^faults\.f2\.target: there is no service "onne"; did you mean "one"\?/),
  ]);
  expect(() => errors({ ...request, seen: { path: '/of it', has: 'bad' } })).toThrow(/a path begins with/);
});
