import type { Address, LinkPlace } from '../model/runtime.ts';
import type { Service, System } from '../model/system.ts';

/** What templates are filled in from: the addresses of every service, the service's own name, and its private folder. */
export interface Filler {
  readonly self: string;
  readonly standUp: string;
  readonly data: string;
  /** Throws when there is no such service or port. */
  address(service: string, port?: string): Address;
  /** A declared link: where its users connect to and, where it is `tls`, by whose certificate it is known. Throws when there is no such link. */
  link(name: string): Pick<LinkPlace, 'address' | 'ca'>;
}

const TEMPLATE = /\$\{([a-z][a-z0-9-]*)(?:\.([a-z]+)(?:\.([a-z][a-z0-9_-]*))?)?\}/g;

/** Replaces `${other.host}`, `${other.port.NAME}`, `${other.addr.NAME}`, the same of `self`; `${link.host.NAME}`, `${link.port.NAME}`, `${link.addr.NAME}`, `${link.ca.NAME}`; `${data}` and `${standup}`. */
export function fill(text: string, filler: Filler): string {
  return text.replace(TEMPLATE, (whole, name: string, what: string | undefined, port: string | undefined) => {
    if (name === 'data' && what === undefined) return filler.data;
    if (name === 'standup' && what === undefined) return filler.standUp;
    if (name === 'link' && what !== undefined && port !== undefined) return fillLink(what, filler.link(port), whole);
    const service = name === 'self' ? filler.self : name;
    const { host, port: number } = filler.address(service, port);
    if (what === 'host') return host;
    if (what === 'port') return String(number);
    if (what === 'addr') return `${host}:${number}`;
    throw new Error(`"${whole}" asks for "${what ?? ''}" of ${service}; there are host, port.NAME and addr.NAME`);
  });
}

function fillLink(what: string, { address: { host, port }, ca }: Pick<LinkPlace, 'address' | 'ca'>, whole: string): string {
  if (what === 'host') return host;
  if (what === 'port') return String(port);
  if (what === 'addr') return `${host}:${port}`;
  if (what === 'ca' && ca !== undefined) return ca;
  throw new Error(`"${whole}" asks for "${what}" of a link; there are host, port and addr, and ca of one that is \`tls\``);
}

/** What is wrong with the names in a system's templates, `after`s and probes, before anything starts: where, and why. */
export function templateErrors(system: System): readonly { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  const names = Object.keys(system.services);
  const links = Object.keys(system.links ?? {});
  const linkErrors = (path: string, whole: string, what: string | undefined, link: string | undefined) => {
    if (what !== 'host' && what !== 'port' && what !== 'addr' && what !== 'ca')
      errors.push({
        path,
        message: `${whole}: write link.addr.NAME, link.host.NAME, link.port.NAME, or link.ca.NAME of one that is \`tls\``,
      });
    else if (link === undefined) errors.push({ path, message: `${whole}: name a link${nearest('', links)}` });
    else if (!links.includes(link))
      errors.push({
        path,
        message: `${whole}: there is no link "${link}"${links.length === 0 ? '; the system declares none (`links`)' : nearest(link, links)}`,
      });
  };
  const check = (path: string, text: string) => {
    for (const [whole, name = '', what, port] of text.matchAll(TEMPLATE)) {
      if (what === undefined && (name === 'data' || name === 'standup')) continue;
      if (name === 'link') {
        linkErrors(path, whole, what, port);
        continue;
      }
      const own = name === 'self' ? path.split('.')[1] : name;
      const service = own === undefined ? undefined : system.services[own];
      if (service === undefined) errors.push({ path, message: `${whole}: there is no service "${name}"${nearest(name, names)}` });
      else if (what !== 'host' && what !== 'port' && what !== 'addr')
        errors.push({ path, message: `${whole}: write .host, .port.NAME or .addr.NAME` });
      else if (what !== 'host' && port === undefined)
        errors.push({ path, message: `${whole}: name one of its ports: ${Object.keys(service.ports).join(', ')}` });
      else if (port !== undefined && service.ports[port] === undefined)
        errors.push({ path, message: `${whole}: ${own ?? name} has no port "${port}"${nearest(port, Object.keys(service.ports))}` });
    }
  };
  for (const [name, { to, port }] of Object.entries(system.links ?? {})) {
    const service = system.services[to];
    const ports = Object.keys(service?.ports ?? {});
    if (service === undefined) errors.push({ path: `links.${name}.to`, message: `there is no service "${to}"${nearest(to, names)}` });
    else if (ports.length === 0)
      errors.push({ path: `links.${name}.to`, message: `${to} declares no port, so that nothing can be carried to it` });
    else if (port !== undefined && !ports.includes(port))
      errors.push({ path: `links.${name}.port`, message: `${to} has no port "${port}"${nearest(port, ports)}` });
  }
  if (names.includes('link'))
    errors.push({ path: 'services.link', message: 'no service can be called "link": `${link.addr.NAME}` means a declared link' });
  for (const [name, service] of Object.entries(system.services)) {
    for (const [key, text] of Object.entries(service.env)) check(`services.${name}.env.${key}`, text);
    for (const [i, word] of (service.command ?? []).entries()) check(`services.${name}.command.${i}`, word);
    for (const [i, word] of (service.docker_command ?? []).entries()) check(`services.${name}.docker_command.${i}`, word);
    for (const other of service.after)
      if (system.services[other] === undefined)
        errors.push({ path: `services.${name}.after`, message: `there is no service "${other}"${nearest(other, names)}` });
    const port = service.ready?.port;
    if (port !== undefined && service.ports[port] === undefined)
      errors.push({
        path: `services.${name}.ready.port`,
        message: `${name} has no port "${port}"${nearest(port, Object.keys(service.ports))}`,
      });
    if (service.ready !== undefined && service.url === undefined && Object.keys(service.ports).length === 0)
      errors.push({ path: `services.${name}.ready`, message: `${name} declares no port that could be asked` });
  }
  if (errors.length === 0) {
    try {
      startOrder(system);
    } catch (error) {
      errors.push({ path: 'services', message: (error as Error).message });
    }
  }
  return errors;
}

/** Services in waves: each wave may start together once all before it are ready. Throws when services wait for each other in a circle. */
export function startOrder(system: System): readonly (readonly string[])[] {
  const waves: string[][] = [];
  const placed = new Set<string>();
  let left = Object.entries(system.services);
  while (left.length > 0) {
    const wave = left.filter(([, service]: [string, Service]) => service.after.every((other) => placed.has(other))).map(([name]) => name);
    if (wave.length === 0) throw new Error(`these services wait for each other in a circle: ${left.map(([name]) => name).join(', ')}`);
    for (const name of wave) placed.add(name);
    waves.push(wave);
    left = left.filter(([name]) => !placed.has(name));
  }
  return waves;
}

/** `; did you mean "x"?` when one of the known words is near, else the list of them. */
export function nearest(word: string, known: readonly string[]): string {
  const best = known.map((each) => ({ each, distance: distance(word, each) })).sort((a, b) => a.distance - b.distance)[0];
  if (best !== undefined && best.distance <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3)))
    return `; did you mean "${best.each}"?`;
  return known.length === 0 ? '' : `; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
