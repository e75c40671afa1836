import { now } from './clock.ts';
import type { Output } from './output.ts';
import { at } from './pointer.ts';
import type { Command, ResolvedRead } from './protocol.ts';
import { connectSql, drop } from './sql-client.ts';

const CHUNK = 500;
const FETCH = 5000;

/** Reads one store to the end and writes what it found; a read that did not get to the end says so and why. */
export async function finalRead(
  { store, role, from, prefix, timeout_ms }: Extract<Command, { do: 'read' }>,
  output: Output,
): Promise<void> {
  let rows = 0;
  const found = (page: [string, string][]) => {
    rows += page.length;
    for (let i = 0; i < page.length; i += CHUNK) output.event({ k: 'found', store, rows: page.slice(i, i + CHUNK) });
  };
  const deadline = performance.now() + timeout_ms;
  try {
    if (from.kind === 'sql') await readSql(from, prefix, deadline, found);
    else await readHttp(from, prefix, deadline, found);
    output.event({ k: 'read', at: now(), store, role, rows, complete: true });
  } catch (error) {
    output.event({ k: 'read', at: now(), store, role, rows, complete: false, error: (error as Error).message.slice(0, 300) });
  }
}

async function readSql(
  from: Extract<ResolvedRead, { kind: 'sql' }>,
  prefix: string,
  deadline: number,
  found: (page: [string, string][]) => void,
): Promise<void> {
  const client = connectSql(from.address, from.login, left(deadline));
  try {
    await client.connect();
    await client.query('begin read only');
    // A cursor's statement takes parameters only through the extended protocol, which DECLARE does as well.
    await client.query(`declare faultline_read no scroll cursor for ${from.text}`, from.text.includes('$1') ? [prefix] : []);
    for (;;) {
      left(deadline);
      const page = await client.query({ text: `fetch ${FETCH} from faultline_read`, rowMode: 'array' });
      found(page.rows.map((row: unknown[]): [string, string] => [String(row[0]), String(row[1])]));
      if (page.rows.length < FETCH) return;
    }
  } finally {
    drop(client);
  }
}

async function readHttp(
  from: Extract<ResolvedRead, { kind: 'http' }>,
  prefix: string,
  deadline: number,
  found: (page: [string, string][]) => void,
): Promise<void> {
  const { host, port } = from.address;
  let after = '';
  for (;;) {
    const path = from.path
      .replaceAll('{prefix}', encodeURIComponent(prefix))
      .replaceAll('{after}', encodeURIComponent(after))
      .replaceAll('{limit}', String(from.limit));
    const answer = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(Math.ceil(left(deadline))) });
    if (answer.status !== 200) throw new Error(`GET ${path} gave ${answer.status}`);
    const rows = at(await answer.json(), from.rows);
    const page = rowsIn(rows, from, path);
    found(page);
    const last = page.at(-1)?.[0];
    // However many were asked for: a store may give fewer a page, and only an empty one is the last.
    if (!from.path.includes('{after}') || last === undefined) return;
    if (last === after) throw new Error(`GET ${path} gave the same page twice`);
    after = last;
  }
}

function rowsIn(rows: unknown, { rows: where, id, value }: Extract<ResolvedRead, { kind: 'http' }>, path: string): [string, string][] {
  if (id === '{key}' && typeof rows === 'object' && rows !== null && !Array.isArray(rows))
    return Object.entries(rows).map(([key, row], i) => [key, textAt(row, value, path, i)]);
  if (!Array.isArray(rows)) throw new Error(`GET ${path}: there is no list at "${where}"`);
  return rows.map((row, i) => [textAt(row, id, path, i), textAt(row, value, path, i)]);
}

/** A row's id or value. A row that has none is not what was written, and to call it lost would accuse the system of what the reader did not understand. */
function textAt(row: unknown, pointer: string, path: string, i: number): string {
  const found = at(row, pointer);
  if (typeof found !== 'string' && typeof found !== 'number') throw new Error(`GET ${path}: row ${i} has no text at "${pointer}"`);
  return String(found);
}

function left(deadline: number): number {
  const ms = deadline - performance.now();
  if (ms <= 0) throw new Error('time ran out before everything was read');
  return ms;
}
