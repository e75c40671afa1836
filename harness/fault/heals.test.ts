import { expect, test } from 'vitest';
import type { PlannedFault } from '../model/plan.ts';
import type { Instance, LinkPlace, NamesPlace, ServiceState } from '../model/runtime.ts';
import { skew } from './clock/skew.ts';
import { cut } from './database/cut.ts';
import type { Aim, Place } from './definition.ts';
import { status } from './http/status.ts';
import { stale } from './names/stale.ts';

const fault = (more: object) => ({ name: 'f', port: null, ...more }) as unknown as PlannedFault;
const instances = new Map<string, Instance>();
const place = (more: Partial<Place>) => ({ instances, links: new Map(), note: () => Promise.resolve(), ...more }) as unknown as Place;

/** A service in which nothing can be run. */
const unreachable = (state: ServiceState) =>
  ({
    name: 'one',
    state: () => Promise.resolve(state),
    address: () => ({ host: '198.18.0.1', port: 1 }),
    undoExec: () => [],
    exec: () => Promise.reject(new Error('the container is paused')),
  }) as unknown as Instance;

test.each([cut, skew])('$kind: what was done inside a paused target is not healed; it went with one that ended', async ({ injection }) => {
  const heal = (state: ServiceState) => {
    const target = unreachable(state);
    return injection({ fault: fault({ with: { by: 60 } }), targets: [target], from: [target], place: place({}) }).heal();
  };
  await expect(heal('paused')).rejects.toThrow('is paused');
  for (const state of ['stopped', 'absent'] as const) await heal(state);
});

test('a name is told nothing that outlasts the heal: it moves back before it is answered truly again', async () => {
  const asked: string[] = [];
  const names = {
    ask: (method: string, path: string) => {
      asked.push(`${method} ${path}`);
      return Promise.resolve({ status: 200, text: '' });
    },
    undoAsk: () => [],
  } as unknown as NamesPlace;
  const aim: Aim = { fault: fault({ with: { name: 'api', to: 'two', ttl: 60 } }), targets: [], from: [], place: place({ names }) };
  await stale.injection(aim).heal();
  expect(asked).toEqual(['DELETE /moved/api', 'DELETE /spoiled/api']);
});

test('the heal of a rule notes how many requests of others it met, and says it when there was none', async () => {
  const notes: unknown[] = [];
  let text = '';
  const way = { name: 'way', ask: () => Promise.resolve({ status: 200, text }), undoAsk: () => [] } as unknown as LinkPlace;
  const aim: Aim = {
    fault: fault({ fault: 'http-status', with: { link: 'way', route: '/orders', status: 503 } }),
    targets: [],
    from: [],
    place: place({
      system: { links: { way: { to: 'one', via: 'http' } } } as unknown as Place['system'],
      links: new Map([['way', way]]),
      note: (_, data) => Promise.resolve(void notes.push(data)),
    }),
  };
  const { heal } = status.injection(aim);
  text = '2 of 5 requests on /orders were spoiled';
  expect(await heal()).toBe(text);
  text = '0 of 0 requests on /orders were spoiled';
  expect(await heal()).toBe(`${text}: it met nobody but our own looks`);
  text = 'no such rule';
  expect(await heal()).toBe(text);
  expect(notes).toEqual([
    { fault: 'f', spoiled: 2 },
    { fault: 'f', spoiled: 0 },
  ]);
});
