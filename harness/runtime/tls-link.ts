import { generateKeyPairSync, randomBytes } from 'node:crypto';
import net from 'node:net';
import forge from 'node-forge';
import type { Address, Helper, HelperSpec, LinkPlace } from '../model/runtime.ts';
import { startSteered } from './steered-helper.ts';

const DAY_MS = 86_400_000;
const BITS = 2048;

/** A key and its certificate, PEM. */
interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** Who signs the certificates of one stand-up's links. Its key never leaves this process, and ends with it. */
export class Authority {
  readonly #key = generateKeyPairSync('rsa', { modulusLength: BITS });
  readonly #name = [{ name: 'commonName', value: 'Faultline, of this run alone' }];
  /** Its own certificate, by which what it signed is known. */
  readonly cert: string;

  constructor() {
    const names = [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ];
    this.cert = this.#signed(pem(this.#key.publicKey), this.#name, [-1, 30], names);
  }

  /** A certificate for these names (host names or IPv4 addresses) that is valid between two days, counted from now. */
  certify(names: readonly string[], days: readonly [number, number]): Certified {
    const pair = generateKeyPairSync('rsa', { modulusLength: BITS });
    const altNames = names.map((name) => (net.isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
    const cert = this.#signed(pem(pair.publicKey), [{ name: 'commonName', value: names[0] ?? '' }], days, [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ]);
    return { key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
  }

  #signed(publicKey: string, subject: forge.pki.CertificateField[], [from, to]: readonly [number, number], extensions: object[]): string {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    // Positive, whatever was drawn.
    certificate.serialNumber = `01${randomBytes(12).toString('hex')}`;
    certificate.validity.notBefore = new Date(Date.now() + from * DAY_MS);
    certificate.validity.notAfter = new Date(Date.now() + to * DAY_MS);
    certificate.setSubject(subject);
    certificate.setIssuer(this.#name);
    certificate.setExtensions(extensions);
    const key = forge.pki.privateKeyFromPem(this.#key.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    certificate.sign(key, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  }
}

/**
 * Starts the proxy of a TLS link (`harness/helpers/tls-proxy.ts`). It has three certificates, of which it shows the good one: `good` is for the link's name and its address, `expired` was so until
 * yesterday, `wrong-name` is for somebody else.
 */
export async function startTlsLink(
  name: string,
  to: Address,
  listen: Address,
  start: (spec: HelperSpec) => Promise<Helper>,
  authority: Authority,
): Promise<LinkPlace> {
  const argv = ['node', 'harness/helpers/tls-proxy.ts', JSON.stringify({ listen, to })];
  const { host, ports, ask, undoAsk } = await startSteered(start, { name: `link-${name}`, argv });
  const mine = [name, host];
  const certificates = {
    good: authority.certify(mine, [-1, 30]),
    expired: authority.certify(mine, [-30, -1]),
    'wrong-name': authority.certify(['somebody-else.test'], [-1, 30]),
  };
  const { status, text } = await ask('PUT', '/certificates', certificates);
  if (status !== 200) throw new Error(`the proxy of the link ${name} did not take its certificates: ${status} ${text}`);
  return { name, address: { host, port: ports['port'] ?? 0 }, to, ca: authority.cert, ask, undoAsk };
}

function pem(key: import('node:crypto').KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
