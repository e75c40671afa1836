import { z } from 'zod';
import { Figure, FigureAt } from '../figure.ts';
import { Duration, Share } from '../quantity.ts';
import { Name } from '../system.ts';
import { common } from './common.ts';

const LASTS_MOST_S = 300;

const lasts = Duration.refine((s) => s >= 1 && s <= LASTS_MOST_S, { error: `attackers last between 1 s and ${LASTS_MOST_S} s` })
  .prefault('60 s')
  .describe('after so long they end by themselves, whatever happens to the run');

/** What all attackers say: whom, from how many addresses of their own, for how long at most, and where others see them. */
const attackers = {
  target: Name,
  port: z.string().optional(),
  path: z.string().startsWith('/').default('/'),
  sources: z.number().int().min(1).max(4).default(2).describe('addresses of their own on the system’s network'),
  lasts,
  spares: z.array(FigureAt).default([]).describe('requests counted by services that must not be hit'),
};

const crowd = {
  ...attackers,
  method: z.enum(['GET', 'POST']).default('GET'),
  times: z.number().positive().max(100).describe('the capacity, which is measured first'),
  capacity_of: z
    .array(Name)
    .min(1)
    .optional()
    .describe('where the capacity is measured: services behind the target; without it, the target'),
  ramp: Duration.refine((s) => s >= 1 && s <= 5, { error: 'a capacity is measured for 1 s to 5 s' }).prefault('3 s'),
  at_most: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .default(2000)
    .describe('requests a second that this machine is trusted to send; more is an error'),
  requests: Figure.describe('requests counted at the target: more than half of the attack a second is the effect'),
};

const slow = {
  ...attackers,
  per_s: z.number().int().min(1).max(200).default(40).describe('connections opened a second, over all sources'),
  sockets: z.number().int().min(1).max(2000).default(400).describe('held at once at most'),
  every: Duration.prefault('1 s').describe('a byte so often'),
  connections: Figure.describe('connections open at the target'),
  seen_at: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('so many connections are the effect; without it, what three quarters of a second open'),
};

/** Floods and slow attackers. */
export const TRAFFIC = [
  z.strictObject({ fault: z.literal('flood'), ...crowd, ...common }).describe('requests at a constant rate, `times` the capacity, by k6'),
  z
    .strictObject({
      fault: z.literal('spike'),
      ...crowd,
      rise: Duration.prefault('2 s').describe('from nothing to the top'),
      top: Duration.prefault('10 s').describe('at the top; then down again within `rise`'),
      ...common,
    })
    .describe('requests that swell to `times` the capacity and ebb away, by k6'),
  z
    .strictObject({
      fault: z.literal('mixed-crowd'),
      ...crowd,
      people: Share.prefault('50 %'),
      bots: Share.prefault('20 %').describe('the rest are attackers'),
      sessions: z.number().int().min(1).max(1000).default(20).describe('how many people there are, each with a session'),
      ...common,
    })
    .describe('people with sessions, bots and attackers together, drawn from the seed, by k6'),
  z
    .strictObject({ fault: z.literal('slow-headers'), ...slow, ...common })
    .describe('connections whose request header never ends, a byte every so often'),
  z
    .strictObject({ fault: z.literal('slow-bodies'), ...slow, ...common })
    .describe('connections whose request body never ends, a byte every so often'),
  z.strictObject({ fault: z.literal('slow-reads'), ...slow, ...common }).describe('connections that ask for much and do not read it'),
] as const;

type Traffic = z.infer<(typeof TRAFFIC)[number]>;
/** The parameters of each kind, as the plan keeps them. */
export type CrowdParameters = Omit<Extract<Traffic, { fault: 'flood' }>, keyof typeof common | 'fault' | 'target'>;
export type SpikeParameters = CrowdParameters & Pick<Extract<Traffic, { fault: 'spike' }>, 'rise' | 'top'>;
export type MixedParameters = CrowdParameters &
  Pick<Extract<Traffic, { fault: 'mixed-crowd' }>, 'people' | 'bots' | 'sessions'> & { readonly seed: number };
export type SlowParameters = Omit<Extract<Traffic, { fault: 'slow-headers' }>, keyof typeof common | 'fault' | 'target'>;
