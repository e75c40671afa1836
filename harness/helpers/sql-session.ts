import { createInterface } from 'node:readline';
import pg from 'pg';
import type { Address } from '../model/runtime.ts';
import type { Login } from '../model/system.ts';

/**
 * Sessions with a PostgreSQL server, for faults. With an order as its argument it runs that and ends; without one it takes orders from standard input, a JSON line each, answers each with a line
 * `{ok, error?}`, and ends its sessions when it loses its input. It stays for LIFE_S more: undos that are left are run beside it.
 */
export type SqlOrder = { readonly address: Address; readonly login: Login } & (
  | /** Runs a statement in a session of its own. A server that is not there is well: what it would undo died with it. */
  { readonly do: 'run'; readonly text: string }
  /** Runs statements in a session that is kept, under this application_name. */
  | { readonly do: 'hold'; readonly text: string; readonly name: string }
  /** Opens sessions until the server refuses, and again what is closed or becomes free. Answers when it was first refused. */
  | { readonly do: 'take'; readonly name: string }
);

const CONNECT_WITHIN_MS = 3000;
const AGAIN_MS = 20;
const AT_ONCE = 8;
/** Long enough for a person to come and heal. */
const LIFE_S = 3600;
/** PostgreSQL: too many connections, of all or of this role or database. */
const REFUSED = '53300';

/** Sessions that are kept, until the input is lost. */
const kept = new Set<pg.Client>();
let over = false;

function client({ address, login }: SqlOrder, application_name: string): pg.Client {
  const made = new pg.Client({ ...address, ...login, ssl: false, connectionTimeoutMillis: CONNECT_WITHIN_MS, application_name });
  made.on('error', () => undefined);
  return made;
}

async function carryOut(order: SqlOrder): Promise<void> {
  switch (order.do) {
    case 'run': {
      const session = client(order, 'faultline');
      try {
        await session.connect();
      } catch (error) {
        if (['ECONNREFUSED', 'EHOSTUNREACH'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
        throw error;
      }
      await session.query(order.text);
      await session.end();
      return;
    }
    case 'hold': {
      const session = client(order, order.name);
      keep(session);
      await session.connect();
      await session.query(order.text);
      return;
    }
    case 'take':
      return await take(order, order.name);
  }
}

function keep(session: pg.Client): void {
  kept.add(session);
  session.once('end', () => kept.delete(session));
}

/** Ends what is kept at once, whatever it waits for. */
function letGo(): void {
  over = true;
  for (const session of kept) (session as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

async function take(order: SqlOrder, name: string): Promise<void> {
  const first = Promise.withResolvers<void>();
  const keepOne = async () => {
    while (!over) {
      const session = client(order, name);
      keep(session);
      const lost = new Promise<void>((resolve) => session.once('end', () => resolve()));
      try {
        await session.connect();
        void keepOne();
        return void lost.then(() => keepOne());
      } catch (error) {
        if ((error as { code?: string }).code === REFUSED) first.resolve();
        else first.reject(error as Error);
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  for (let i = 0; i < AT_ONCE; i++) void keepOne();
  await first.promise;
}

async function answered(order: SqlOrder): Promise<{ ok: boolean; error?: string }> {
  try {
    await carryOut(order);
    return { ok: true };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, error: code === undefined ? message : `${code} ${message}` };
  }
}

const [, , only] = process.argv;
if (only === undefined) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async (line) => console.log(JSON.stringify(await answered(JSON.parse(line) as SqlOrder))));
  lines.on('close', () => {
    letGo();
    setTimeout(() => process.exit(0), Number(process.env['LIFE_S'] ?? LIFE_S) * 1000);
  });
  // Who asked is gone, and hears no answer.
  process.stdout.on('error', () => undefined);
} else {
  const { ok, error } = await answered(JSON.parse(only) as SqlOrder);
  if (!ok) console.error(error);
  process.exit(ok ? 0 : 1);
}
