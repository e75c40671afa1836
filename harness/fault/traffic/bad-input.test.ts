import { expect, test } from 'vitest';
import { edge, figures } from '../../../fixtures/system/edge.ts';
import { SingleStep } from '../../model/fault.ts';
import { System } from '../../model/system.ts';
import { faultErrors } from '../../run/fault-errors.ts';

const flood = { fault: 'flood', target: 'edge', path: '/calculate', times: 10, requests: figures.requests, at: '0 s' } as const;
const slow = { fault: 'slow-headers', target: 'edge', connections: figures.connections, at: '0 s' } as const;

/** What is said of one fault: by the schema, or by the look at the system. */
function said(step: object): string[] {
  const parsed = SingleStep.safeParse(step);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const errors: string[] = [];
  faultErrors('faults', { bad: parsed.data }, System.parse(edge()), (place, message) => errors.push(`${place}: ${message}`));
  return errors;
}

test('faults of this family as they should be: nothing is said', () => {
  for (const step of [flood, { ...flood, capacity_of: ['api-1'], spares: [figures.builder] }, slow]) expect(said(step)).toEqual([]);
});

test.each([
  [{ ...flood, times: 0 }, 'times: Too small'],
  [{ ...flood, sources: 9 }, 'sources: Too big'],
  [{ ...flood, lasts: '1 h' }, 'lasts: attackers last between 1 s and 300 s'],
  [{ ...flood, ramp: '60 s' }, 'ramp: a capacity is measured for 1 s to 5 s'],
  [{ ...flood, requests: undefined }, 'requests: Invalid input'],
  [{ ...flood, target: 'edgy' }, 'faults.bad.target: there is no service "edgy"'],
  [{ ...flood, port: 'htp' }, 'faults.bad.port: there is no port "htp"'],
  [{ ...flood, capacity_of: ['api-3'] }, 'faults.bad.capacity_of: there is no service "api-3"'],
  [{ ...flood, requests: { ...figures.requests, at: 'age' } }, 'faults.bad.requests.at: there is no service "age"'],
  [{ ...flood, requests: { ...figures.requests, port: 'stat' } }, 'faults.bad.requests.port: there is no port "stat"'],
  [{ ...flood, requests: { ...figures.requests, number: 'requests' } }, 'is neither a JSON pointer nor a regular expression with a group'],
  [{ ...flood, requests: { ...figures.requests, number: '((' } }, 'is neither a JSON pointer nor a regular expression with a group'],
  [{ ...flood, spares: [{ ...figures.builder, at: 'bilder' }] }, 'faults.bad.spares.0.at: there is no service "bilder"'],
  [{ ...flood, fault: 'mixed-crowd', people: '80 %', bots: '30 %' }, 'faults.bad.people: people and bots are more than 100 % together'],
  [{ ...slow, per_s: 100_000 }, 'per_s: Too big'],
  [{ ...slow, sockets: 100_000 }, 'sockets: Too big'],
] as const)('%j', (step, message) => {
  expect(said(step).join('\n')).toContain(message);
});
