import http from 'node:http';
import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listening, steered } from './control.ts';
import { type Deed, LOOK_HEADER, type Rule, Rules } from './http-rules.ts';

/**
 * The proxy of an HTTP link: HTTP/1.1, as it comes, as long as no rule matches. Its one argument is JSON: `{"listen": {host, port}, "to": {host, port}}`.
 * Steered by `PUT /rules/ID` (a rule), `DELETE /rules/ID` (none there is well), `GET /rules`.
 *
 * It stands in for the service as nearly as it can: each connection of a client has one of its own to the service, is kept as long as that one, and is reset where that one breaks or is refused.
 */
const { listen, to } = JSON.parse(process.argv[2] ?? '{}') as Record<'listen' | 'to', { host: string; port: number }>;
const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade', LOOK_HEADER]);
const TRICKLE_EVERY_MS = 50;

const rules = new Rules();
const agents = new WeakMap<net.Socket, http.Agent>();
const mirrored = new WeakSet<net.Socket>();
const latest = new WeakMap<net.Socket, http.ServerResponse>();

const server = http.createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
  const look = request.headers[LOOK_HEADER];
  const deed = rules.treat(request.method ?? 'GET', request.url ?? '/', typeof look === 'string' ? look : null);
  const own = deed !== null && 'answer' in deed ? deed.answer : null;
  const answer = () => {
    if (own === null || response.headersSent) return;
    response.writeHead(own.status, { 'content-type': own.type, 'content-length': Buffer.byteLength(own.body) }).end(own.body);
  };
  if (own !== null && !own.delivered) {
    request.resume();
    answer();
    return;
  }
  forward(request, response, (incoming) => {
    if (own !== null) incoming.resume().on('end', answer).on('error', answer);
    else passBack(incoming, response, deed);
  });
});
// What cannot be read is the client's own doing: its connection ends, and nothing else.
server.on('clientError', (_, socket) => socket.destroy());

const port = await listening(server, listen);
await steered(
  (method, [what, id = ''], body) => {
    if (what !== 'rules') return { status: 404, text: 'there is /rules' };
    if (method === 'PUT') rules.put({ ...(body as Omit<Rule, 'id'>), id });
    else if (method === 'DELETE') return { status: 200, text: rules.remove(id) ?? 'no such rule' };
    return { status: 200, text: JSON.stringify(rules.list()) };
  },
  { port },
);

function forward(request: http.IncomingMessage, response: http.ServerResponse, answered: (incoming: http.IncomingMessage) => void): void {
  const client = request.socket;
  latest.set(client, response);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name, value]) => value !== undefined && !HOP.has(name)));
  const outgoing = http.request({ ...to, method: request.method, path: request.url, headers, agent: agentOf(client) });
  outgoing.on('socket', (socket) => mirrorEnd(socket, client));
  outgoing.on('response', answered);
  outgoing.on('error', () => client.resetAndDestroy());
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
}

/** Where the service ends a connection on which nothing is under way, the client's ends, too, as it would have without us. */
function mirrorEnd(socket: net.Socket, client: net.Socket): void {
  if (mirrored.has(socket)) return;
  mirrored.add(socket);
  socket.once('close', () => {
    if (latest.get(client)?.writableFinished === true) client.end();
  });
}

function agentOf(client: net.Socket): http.Agent {
  const known = agents.get(client);
  if (known !== undefined) return known;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  agents.set(client, agent);
  client.once('close', () => agent.destroy());
  return agent;
}

function passBack(incoming: http.IncomingMessage, response: http.ServerResponse, deed: Deed | null): void {
  const client = response.socket;
  const raw = incoming.rawHeaders;
  const headers = raw.filter((_, i) => !HOP.has((raw[i - (i % 2)] ?? '').toLowerCase()));
  if (incoming.headers.connection?.toLowerCase() === 'close') headers.push('connection', 'close');
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', headers);
  incoming.on('error', () => client?.resetAndDestroy());
  if (deed === null || 'answer' in deed) {
    incoming.pipe(response);
    return;
  }
  response.flushHeaders();
  // The client went away, or the service did: either way nothing more can be said on this connection.
  const broken = () => void client?.destroy();
  if (deed.change.do === 'truncate') truncate(incoming, response, deed.change.bytes).catch(broken);
  else if (deed.change.do === 'trickle') trickle(incoming, response, deed.change.bytes_per_s, deed.gone).catch(broken);
  else if (deed.gone.aborted) incoming.pipe(response);
  else deed.gone.addEventListener('abort', () => incoming.pipe(response), { once: true });
}

/** The first bytes, and then the end of the connection; a body that is shorter is whole. */
async function truncate(incoming: http.IncomingMessage, response: http.ServerResponse, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    await new Promise((resolve) => (part.length === 0 ? resolve(null) : response.write(part, resolve)));
    left -= part.length;
    if (part.length < chunk.length) {
      response.socket?.end();
      response.socket?.destroySoon();
      return;
    }
  }
  response.end();
}

/** So many bytes a second, until the rule is gone: the rest then comes at once. */
async function trickle(
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
  bytes_per_s: number,
  gone: AbortSignal,
): Promise<void> {
  const began = performance.now();
  let sent = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0 && !gone.aborted && !response.destroyed) {
      await sleep(TRICKLE_EVERY_MS, undefined, { signal: gone }).catch(() => undefined);
      const due = Math.floor(((performance.now() - began) / 1000) * bytes_per_s) - sent;
      const part = rest.subarray(0, Math.max(0, due));
      if (part.length > 0) response.write(part);
      sent += part.length;
      rest = rest.subarray(part.length);
    }
    if (response.destroyed) return;
    if (rest.length > 0) response.write(rest);
  }
  response.end();
}
