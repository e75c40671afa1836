import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { FaultStep } from '../model/fault.ts';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import { faultErrors } from './fault-errors.ts';
import { loadScenario } from './load.ts';
import { makePlan } from './plan.ts';

type Steps = Record<string, z.input<typeof FaultStep>>;
const SHOP = path.join(import.meta.dirname, '../../fixtures/scenarios/shop-survives-its-web-server.ts');
const shop = await loadScenario(SHOP);
const parsed = (steps: Steps) => Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, FaultStep.parse(step)]));
const planned = (steps: Steps, seed = 1) =>
  makePlan(
    { ...shop, faults: parsed(steps) },
    { variant: null, sabotage: null, runtime: 'docker', seed, policy: Policy.parse(DEFAULT_POLICY) },
  ).faults;
const wrong = (steps: Steps) => {
  const found: string[] = [];
  faultErrors('faults', parsed(steps), shop.system, (place, message) => found.push(`${place}: ${message}`));
  return found;
};

describe('faults as the plan spells them out', () => {
  test('repeated: each one follows the one before it, and has a name of its own', () => {
    const faults = planned({
      flap: { fault: 'pause', target: 'web-1', at: '1 s', heal: { after: '500 ms' }, repeat: { times: 3, every: '2 s' } },
    });
    expect(faults.map(({ name, at_s, after, heal }) => ({ name, at_s, after, heal }))).toEqual([
      { name: 'flap-1', at_s: 1, after: null, heal: { after_s: 0.5 } },
      { name: 'flap-2', at_s: null, after: { fault: 'flap-1', by_s: 2 }, heal: { after_s: 0.5 } },
      { name: 'flap-3', at_s: null, after: { fault: 'flap-2', by_s: 2 }, heal: { after_s: 0.5 } },
    ]);
  });

  test('together: one moment is drawn for all parts, which carry the name of the whole', () => {
    const faults = planned({
      both: {
        fault: 'together',
        at: { between: ['1 s', '9 s'] },
        of: { one: { fault: 'kill', target: 'web-1' }, other: { fault: 'pause', target: 'web-2' } },
      },
    });
    expect(faults.map(({ name, group, fault, target }) => ({ name, group, fault, target }))).toEqual([
      { name: 'both-one', group: 'both', fault: 'kill', target: 'web-1' },
      { name: 'both-other', group: 'both', fault: 'pause', target: 'web-2' },
    ]);
    expect(faults[0]?.at_s).toBe(faults[1]?.at_s);
    expect(faults[0]?.at_s).toBeGreaterThanOrEqual(1);
  });

  test('on an event: no time of its own', () => {
    const [, second] = planned({
      first: { fault: 'kill', target: 'web-1', at: '1 s' },
      second: { fault: 'pause', target: 'web-2', on: { event: { dead: 'web-1' }, by: '500 ms' } },
    });
    expect(second).toMatchObject({ at_s: null, after: null, on: { event: { dead: 'web-1' }, by_s: 0.5 } });
  });

  test('another fault in front shifts nothing that a fault drew', () => {
    const one: Steps[string] = { fault: 'kill', target: { any: ['web-1', 'web-2'] }, at: { between: ['1 s', '9 s'] } };
    const more: Steps[string] = { ...one, fault: 'pause', heal: { after: '1 s' } };
    expect(planned({ more, one }, 7).find(({ name }) => name === 'one')).toEqual(planned({ one }, 7)[0]);
  });
});

describe('faults that cannot be meant', () => {
  test('a second one on what the first still holds', () => {
    const again = wrong({
      first: { fault: 'kill', target: 'web-1', at: '1 s' },
      second: { fault: 'pause', target: 'web-1', at: '3 s' },
    });
    expect(again).toEqual([expect.stringMatching(/^faults\.second: first breaks the same thing and is still active/)]);
    const healed = wrong({
      first: { fault: 'kill', target: 'web-1', at: '1 s', heal: { after: '1 s' } },
      second: { fault: 'pause', target: 'web-1', at: '9 s' },
    });
    expect(healed).toEqual([]);
  });

  test('a second one on what the first still holds, though only a label names it', () => {
    const labels = { place: 'here' };
    const services = { ...shop.system.services, 'web-1': { ...shop.system.services['web-1'], labels } } as typeof shop.system.services;
    const found: string[] = [];
    const steps = parsed({
      first: { fault: 'kill', target: { label: { place: 'here' } }, at: '1 s' },
      second: { fault: 'pause', target: 'web-1', at: '3 s' },
    });
    faultErrors('faults', steps, { ...shop.system, services }, (place) => found.push(place));
    expect(found).toEqual(['faults.second']);
  });

  test('no time, two times, a circle, a repetition that does not heal, a part with a time of its own, one part alone', () => {
    expect(
      wrong({
        timeless: { fault: 'kill', target: 'web-1', heal: { after: '1 s' } },
        twice: { fault: 'kill', target: 'web-1', at: '1 s', on: { event: { dead: 'web-2' } }, heal: { after: '1 s' } },
        chicken: { fault: 'kill', target: 'web-1', on: { event: { healed: 'egg' } }, heal: { after: '1 s' } },
        egg: { fault: 'kill', target: 'web-1', after: { fault: 'chicken', by: '1 s' }, heal: { after: '1 s' } },
        often: { fault: 'kill', target: 'web-1', at: '1 s', heal: { after: '2 s' }, repeat: { times: 2, every: '1 s' } },
        lonely: { fault: 'together', at: '1 s', of: { it: { fault: 'pause', target: 'web-1', at: '2 s' } }, heal: { after: '1 s' } },
        stranger: { fault: 'kill', target: 'web-1', on: { event: { dead: 'web-9' } }, heal: { after: '1 s' } },
      }),
    ).toMatchInlineSnapshot(`
      [
        "faults.timeless: say when: \`at: "2 s"\`, \`at: { between: ["1 s", "3 s"] }\`, \`after: { fault: …, by: "500 ms" }\`, or \`on: { event: …, by: "500 ms" }\`",
        "faults.twice: say \`at\`, \`after\` or \`on\`, only one of them",
        "faults.chicken.after: chicken waits for egg, and that waits for chicken: a circle",
        "faults.egg.after: egg waits for chicken, and that waits for egg: a circle",
        "faults.often.repeat: each one must be healed before the next: say \`heal: { after: … }\`, less than 1 s",
        "faults.lonely.of: one fault alone is not together with anything; write it by itself",
        "faults.lonely.of.it: all parts begin together: say when at faults.lonely",
        "faults.stranger.on.event: there is no service "web-9"; did you mean "web-1"?",
      ]
    `);
  });
});
