import dgram from 'node:dgram';
import { steered } from './control.ts';
import { answerTo, type Question, questionOf, TYPE_A } from './dns-message.ts';

/**
 * A system's name service: on one port what services ask, which remembers what it once said for as long as it said; on another the authority that it asks itself, which is never slow, silent or
 * wrong. Its one argument is JSON: `{"listen": {host, port}, "authority": {host, port}, "records": {NAME: {ip, ttl_s}}}`.
 *
 * Steered by `PUT /moved/NAME` (`{ip}`: the authority gives this address from now on), `PUT /spoiled/NAME` (a Spoil), and `DELETE` of both, none there being well. What was remembered of a name
 * is forgotten when it is no longer spoiled.
 */
type Spoil =
  | { readonly do: 'silent' }
  /** `ip` null: there is no such name. */
  | { readonly do: 'wrong'; readonly ip: string | null }
  | { readonly do: 'slow'; readonly by_ms: number }
  /** What was said last is said again, to be kept for so long, whatever the authority says. */
  | { readonly do: 'stale'; readonly ttl_s: number };

interface Known {
  readonly ip: string;
  readonly ttl_s: number;
}

const { listen, authority, records } = JSON.parse(process.argv[2] ?? '{}') as {
  listen: { host: string; port: number };
  authority: { host: string; port: number };
  records: Record<string, Known>;
};
const moved = new Map<string, string>();
const spoiled = new Map<string, Spoil>();
const remembered = new Map<string, Known & { readonly until: number }>();

const port = await answering(listen, (question, answer) => {
  const spoil = spoiled.get(question.name);
  if (spoil?.do === 'silent') return;
  if (spoil?.do === 'slow') setTimeout(() => answer(resolved(question, undefined)), spoil.by_ms);
  else answer(resolved(question, spoil));
});
const truth = await answering(authority, (question, answer) => answer(said(question, authoritative(question.name))));

await steered(
  (method, [what, name = ''], body) => {
    if (records[name] === undefined)
      return { status: 404, text: `there is no name "${name}"; there are ${Object.keys(records).join(', ')}` };
    if (what === 'moved' && method === 'PUT') moved.set(name, (body as { ip: string }).ip);
    else if (what === 'moved') moved.delete(name);
    else if (what === 'spoiled' && method === 'PUT') {
      // It was asked before, or it is now: what grows stale is what was true until then.
      if ((body as Spoil).do === 'stale') recall(name);
      spoiled.set(name, body as Spoil);
    } else if (what === 'spoiled') {
      spoiled.delete(name);
      remembered.delete(name);
    } else return { status: 404, text: 'there are /moved and /spoiled' };
    return { status: 200, text: `${name}: ${method === 'DELETE' ? `not ${what} any more` : what}` };
  },
  { port, authority: truth },
);

function resolved(question: Question, spoil: Spoil | undefined): Buffer {
  const { name } = question;
  if (spoil?.do === 'wrong') return said(question, spoil.ip === null ? null : { ip: spoil.ip, ttl_s: records[name]?.ttl_s ?? 0 });
  if (spoil?.do === 'stale') return said(question, { ip: remembered.get(name)?.ip ?? '', ttl_s: spoil.ttl_s });
  return said(question, recall(name));
}

/** What services are told of a name, by memory as long as it may be kept; else as the authority says, which is remembered. */
function recall(name: string): Known | null {
  const kept = remembered.get(name);
  const now = performance.now();
  if (kept !== undefined && kept.until > now) return { ip: kept.ip, ttl_s: Math.ceil((kept.until - now) / 1000) };
  const known = authoritative(name);
  if (known !== null) remembered.set(name, { ...known, until: now + known.ttl_s * 1000 });
  return known;
}

function authoritative(name: string): Known | null {
  const known = records[name];
  return known === undefined ? null : { ...known, ip: moved.get(name) ?? known.ip };
}

function said(question: Question, known: Known | null): Buffer {
  if (known === null) return answerTo(question, 'no such name', null);
  return answerTo(question, 'ok', question.type === TYPE_A ? known : null);
}

async function answering(
  at: { readonly host: string; readonly port: number },
  heard: (question: Question, answer: (message: Buffer) => void) => void,
): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, from) => {
    const question = questionOf(message);
    if (question !== null) heard(question, (answer) => socket.send(answer, from.port, from.address, () => undefined));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.host, resolve);
  });
  // Whoever does not wait for an answer is no trouble of the server's.
  socket.on('error', () => undefined);
  return socket.address().port;
}
