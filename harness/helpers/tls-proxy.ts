import { randomBytes } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { listening, steered } from './control.ts';

/**
 * The proxy of a TLS link: ends TLS, and passes the bytes within on as they are. Its one argument is JSON: `{"listen": {host, port}, "to": {host, port}}`.
 * Steered by `PUT /certificates` (`{NAME: {key, cert}, …}`, PEM), `PUT /use/NAME`: from then on it shows that one. It shows `good` first.
 */
const { listen, to } = JSON.parse(process.argv[2] ?? '{}') as Record<'listen' | 'to', { host: string; port: number }>;
let certificates: Readonly<Record<string, { readonly key: string; readonly cert: string }>> = {};

const server = tls.createServer((client) => {
  const service = net.connect(to);
  client.on('error', () => service.resetAndDestroy());
  service.on('error', () => client.destroy());
  client.on('close', () => service.destroy());
  service.on('close', () => client.destroySoon());
  client.pipe(service).pipe(client);
});
// A client that did not like the certificate: that is the client's to say.
server.on('tlsClientError', () => undefined);

const port = await listening(server, listen);
await steered(
  (method, [what, name = 'good'], body) => {
    if (method !== 'PUT') return { status: 405, text: 'only PUT' };
    if (what === 'certificates') certificates = body as typeof certificates;
    const shown = certificates[name];
    if (shown === undefined)
      return { status: 404, text: `there is no certificate "${name}"; there are ${Object.keys(certificates).join(', ')}` };
    server.setSecureContext(shown);
    // Who comes back with a session of before would not look at the certificate.
    server.setTicketKeys(randomBytes(48));
    return { status: 200, text: `it shows the certificate "${name}"` };
  },
  { port },
);
