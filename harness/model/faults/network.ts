import { z } from 'zod';
import { Duration, Share } from '../quantity.ts';
import { Name } from '../system.ts';
import { common, Selector } from './common.ts';

const S = (text: string) => Duration.prefault(text);
const whole = (least: number, most: number, unit: string, why: string) => {
  const error = `a whole number of ${unit} from ${least} to ${most}: ${why}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};
const within = (least: number, most: number, words: string) => Duration.refine((s) => s >= least && s <= most, { error: words });

const direction = z
  .enum(['to', 'from', 'both'])
  .default('both')
  .describe('`to`: bytes on their way to the service; `from`: on their way back; `both`: each way');
const onLink = { link: Name.describe('a declared link, `via: "tcp"`'), direction };

/** Links: what a proxy of ours does to bytes. It acts on the connections that are open and on new ones alike; who shall be hit is chosen by who uses the link. */
const LINKS = [
  z
    .strictObject({
      fault: z.literal('latency'),
      ...onLink,
      delay: within(0.005, 60, 'a delay from "5 ms" to "60 s", each way').describe('each way'),
      jitter: S('0 s').describe('each delay is drawn between delay - jitter and delay + jitter, when the plan is made'),
      every: within(0.05, 60, 'from "50 ms" to "60 s"').prefault('200 ms').describe('how often the next drawn delay begins to hold'),
      ...common,
    })
    .refine(({ delay, jitter }) => jitter < delay, { path: ['jitter'], error: 'less than the delay: no answer comes before its time' })
    .describe('delays what a link carries, with jitter drawn by us'),
  z
    .strictObject({
      fault: z.literal('bandwidth'),
      ...onLink,
      kilobytes_per_s: whole(1, 2000, 'kilobytes a second', 'what is faster cannot be told from no limit by who asks'),
      ...common,
    })
    .describe('limits each connection of a link to so many kilobytes a second, each way'),
  z
    .strictObject({
      fault: z.literal('slow-close'),
      link: onLink.link,
      delay: within(0.005, 60, 'a delay from "5 ms" to "60 s"'),
      ...common,
    })
    .describe('a connection that the service closed is closed for the user only after a while'),
  z
    .strictObject({
      fault: z.literal('reset'),
      ...onLink,
      wait: within(0, 60, 'a wait from "0 s" to "60 s"').prefault('0 s').describe('from the first byte on'),
      ...common,
    })
    .describe('connections are reset at their first byte'),
  z
    .strictObject({
      fault: z.literal('black-hole'),
      ...onLink,
      closes: within(0.05, 600, 'from "50 ms" to "10 min"')
        .optional()
        .describe('connections are closed after so long; without it they stay open'),
      ...common,
    })
    .describe('bytes vanish, connections stay open; healing closes those that were open meanwhile'),
  z
    .strictObject({
      fault: z.literal('limit-data'),
      ...onLink,
      bytes: whole(0, 65_536, 'bytes', 'more than that is too much to ask at every look'),
      ...common,
    })
    .describe('a connection is closed once it carried so many bytes'),
  z
    .strictObject({ fault: z.literal('link-down'), link: onLink.link, ...common })
    .describe('nobody listens where the link was: its connections are closed, new ones refused'),
] as const;

const ways = z
  .enum(['both', 'to', 'from'])
  .default('both')
  .describe(
    'which packets are dropped: `to` the target, `from` it, or both. TCP needs both ways, so that one way cut ends its connections, too; what is sent without answers (UDP) shows the difference',
  );
const port = z.string().optional().describe("the name of one of the target's ports; without it, the first that it declares");
const meant = Selector.optional().describe(
  'only traffic of these services; without it, of everybody: clients, and with them the observer, too',
);

/** Packets, in the network namespace of the target: what iptables does, put there by a program of ours beside it. */
const NAMESPACES = [
  z
    .strictObject({ fault: z.literal('partition'), target: Selector, from: Selector, ways, ...common })
    .describe('cuts the targets off from others; clients still reach both sides'),
  z
    .strictObject({ fault: z.literal('drop-port'), target: Selector, from: meant, port, ...common })
    .describe('a black hole where a port was: what is sent to it vanishes'),
  z
    .strictObject({ fault: z.literal('refuse'), target: Selector, from: meant, port, ...common })
    .describe('connections to a port are refused, those that are open are reset'),
  z
    .strictObject({
      fault: z.literal('loss'),
      target: Selector,
      from: Selector,
      share: Share.refine((ratio) => ratio >= 0.1 && ratio <= 0.95, {
        error: 'a share from "10 %" to "95 %": what is less cannot be told from none within a second; for all of it use `partition`',
      }),
      ways,
      ...common,
    })
    .describe('a share of the packets between the targets and others is lost, each by chance'),
  z
    .strictObject({ fault: z.literal('disconnect'), target: Selector, ...common })
    .describe('takes the targets off their network; they come back at the same address'),
  z
    .strictObject({
      fault: z.literal('isolate'),
      target: z.strictObject({ label: z.record(z.string(), z.string()) }),
      clients: z.enum(['cut', 'reach']).default('cut').describe('whether clients (and the observer) still reach what carries the label'),
      ...common,
    })
    .describe('cuts everything that carries a label off from everything that does not, both ways'),
] as const;

/** Links, partitions, losses. */
export const NETWORK = [...LINKS, ...NAMESPACES] as const;
/** Kinds that a toxic does: on a link `via: "tcp"`. */
export const TOXIC_KINDS: readonly string[] = LINKS.map((option) => option.shape.fault.value);
