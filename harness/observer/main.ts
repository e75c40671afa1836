import os from 'node:os';
import { createInterface } from 'node:readline';
import { askerOf } from './asker.ts';
import { calm } from './calm.ts';
import { now, startClock } from './clock.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { finalRead } from './final-read.ts';
import { Gauge } from './gauge.ts';
import { Lattice } from './lattice.ts';
import { Output } from './output.ts';
import type { Command, Reply } from './protocol.ts';
import { loadSql } from './sql-client.ts';
import { watchOneself } from './stall.ts';
import { RecentIds, Stream, type Tally, ToDelete } from './stream.ts';
import { warmUp } from './warm-up.ts';
import { Watch } from './watch.ts';

/** The format of the timeline; model/plan.ts says the same (this program loads no schema library). */
const FORMAT = 1;
const PROGRESS_EVERY_MS = 250;

/**
 * The observer: the one process whose clock counts. Commands come as JSON lines on standard input, the timeline leaves on standard output
 * (see protocol.ts). It ends with `end`, or at once when its input closes.
 */
const output = new Output();
const recent = new RecentIds();
const toDelete = new ToDelete();
const tally: Tally = { done: 0, good: 0, downSince: new Map() };
const lattice = new Lattice();
const watches = new Map<string, Watch>();
const gauges: Gauge[] = [];
let streams: Stream[] = [];
let cluster: ClusterWatch | null = null;
let token = '';
let endOneself: (() => void) | null = null;
let warm: Promise<void> | null = null;

try {
  // Whoever measures must not wait for whom it measures.
  os.setPriority(-15);
} catch {
  // Only root may; then the stalls that follow are seen and said.
}
// A Ctrl-C at the terminal is for the harness.
process.on('SIGINT', () => undefined);

const progress = setInterval(() => {
  if (streams.length === 0) return;
  const downs = [...tally.downSince.values()].filter((since) => since !== null);
  output.aside({
    k: 'progress',
    at: now(),
    done: tally.done,
    good: tally.good,
    down_since: downs.length === 0 ? null : Math.min(...downs),
  });
}, PROGRESS_EVERY_MS);

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const command = JSON.parse(line) as Command;
  carryOut(command).then(
    (extra) => output.aside({ k: 'reply', n: command.n, ok: true, ...extra }),
    (error: unknown) =>
      output.aside({ k: 'reply', n: command.n, ok: false, error: error instanceof Error ? error.message : String(error) }),
  );
});
// Nobody listens any more: an observer never outlives its harness.
input.on('close', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));

async function carryOut(command: Command): Promise<Partial<Reply>> {
  switch (command.do) {
    case 'hello':
      token = command.token;
      output.event({
        k: 'hello',
        format: FORMAT,
        run: command.run,
        token,
        at: 0,
        mono_ns: String(startClock(command.origin === undefined ? undefined : BigInt(command.origin))),
        wall_ms: Date.now(),
        node: process.version,
      });
      endOneself = watchOneself(output);
      return {};
    case 'mark': {
      const at = now();
      output.event({ ...command.event, at } as Parameters<Output['event']>[0]);
      return { at };
    }
    case 'ask': {
      const asker = askerOf(command.probe, false);
      const { well, how } = await asker.ask(command.timeout_ms);
      asker.close();
      return { ok: well, answer: how };
    }
    case 'load': {
      await warmed();
      if (command.streams.some(({ sql }) => sql !== null)) loadSql();
      await calm();
      const added = command.streams.map((spec) => new Stream(spec, { token, output, recent, toDelete, tally, lattice }));
      streams = [...streams, ...added];
      for (const stream of added) stream.start();
      return {};
    }
    case 'unload': {
      const { journeys } = command;
      const ending = streams.filter((stream) => journeys === undefined || journeys.includes(stream.journey));
      streams = streams.filter((stream) => !ending.includes(stream));
      await Promise.all(ending.map((stream) => stream.stop()));
      return {};
    }
    case 'watch':
      void warmed();
      watches.get(command.service)?.stop();
      watches.set(command.service, new Watch(command.service, command.probe, command.every_ms, output));
      return {};
    case 'unwatch':
      watches.get(command.service)?.stop();
      watches.delete(command.service);
      return {};
    case 'cluster':
      cluster?.stop();
      cluster = new ClusterWatch(command, output);
      return {};
    case 'gauge':
      gauges.push(new Gauge(command, output));
      return {};
    case 'read':
      await finalRead(command, output);
      return {};
    case 'end':
      await end(command.n);
      // Its reply is written already, and the process is about to exit.
      return await new Promise<never>(() => undefined);
  }
}

/** Once, when the services stand: before that, each moment of the processor that it takes is theirs. */
function warmed(): Promise<void> {
  warm ??= warmUp(lattice);
  return warm;
}

async function end(n: number): Promise<void> {
  clearInterval(progress);
  cluster?.stop();
  for (const gauge of gauges) gauge.stop();
  await Promise.all(streams.map((stream) => stream.stop()));
  for (const watch of watches.values()) watch.stop();
  endOneself?.();
  output.event({ k: 'end', at: now(), records: output.records + 1 });
  output.aside({ k: 'reply', n, ok: true });
  output.flush(() => process.exit(0));
}
