import type { Address, Helper, HelperSpec, LinkPlace } from '../../model/runtime.ts';
import type { Link, System } from '../../model/system.ts';
import type { LaidLink, LinkKind, Via } from './kind.ts';
import { Requests } from './requests.ts';
import { tcp } from './tcp.ts';

/** How the links of each `via` are carried. A new one: a file beside `tcp.ts`, and its line here. */
const KINDS: Readonly<Record<Via, LinkKind>> = { tcp };

/** What links need of the runtime on which they stand. */
export interface LinksPlace {
  /** Where a link's proxy listens for the link's users. */
  listen(via: Via, link: string): Address;
  /** Where the program that carries them takes requests. */
  control(via: Via): Address;
  to(service: string, port?: string): Address;
  helper(spec: HelperSpec, via: Via): Promise<Helper>;
}

/** The links of a stand-up: their addresses are known at once, their proxies listen once they were opened. */
export interface Links {
  readonly places: ReadonlyMap<string, LinkPlace>;
  /** Where the users of a link connect to. Throws when there is no such link. */
  address(link: string): Address;
  /** Starts what carries them: before any service. */
  open(): Promise<void>;
}

/** The kinds of links that a system declares. */
export function viasOf(system: System): readonly Via[] {
  return [...new Set(Object.values(system.links ?? {}).map((link) => link.via))].filter(isCarried);
}

function isCarried(via: Link['via']): via is Via {
  return via in KINDS;
}

/** Links by their kind, in the order in which they are declared. */
export function linkNames(system: System, via: Via): readonly string[] {
  return Object.entries(system.links ?? {}).flatMap(([name, link]) => (link.via === via ? [name] : []));
}

/** Null when the links of a system can be carried from this machine; otherwise what is missing, and how to get it. */
export async function linksMissing(system: System): Promise<string | null> {
  for (const via of viasOf(system)) {
    const missing = await KINDS[via].missing();
    if (missing !== null) return missing;
  }
  return null;
}

/** Lays out the links of a system: nothing is started yet. */
export function layLinks(system: System, place: LinksPlace): Links {
  const laid = new Map(
    viasOf(system).flatMap((via) =>
      linkNames(system, via).map((name) => {
        const link: Link | undefined = system.links?.[name];
        if (link === undefined) throw new Error(`there is no link "${name}"`);
        const { to, port } = link;
        return [name, { via, link: { name, listen: place.listen(via, name), to: place.to(to, port) } }] as const;
      }),
    ),
  );
  const carriers = new Map<Via, { readonly helper: Helper; readonly requests: Requests }>();
  const carrierOf = (via: Via, link: string) => {
    const found = carriers.get(via);
    if (found === undefined) throw new Error(`link ${link} is not open yet`);
    return found;
  };
  const places = new Map(
    [...laid].map(([name, { via, link }]): readonly [string, LinkPlace] => [
      name,
      {
        name,
        address: link.listen,
        to: link.to,
        ask: async (method, path, body) => await carrierOf(via, name).requests.ask(method, path, body),
        undoAsk(method, path, body) {
          const { host, port } = place.control(via);
          const url = `http://${host}:${port}${path}`;
          const words = body === undefined ? [] : [JSON.stringify(body)];
          const inside = carrierOf(via, name).helper.undoExec(['node', 'harness/helpers/ask-http.ts', method, url, ...words]);
          return inside.length > 0 ? inside : [{ do: 'http', method, url, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }];
        },
      },
    ]),
  );
  return {
    places,
    address(name) {
      const found = laid.get(name);
      if (found === undefined)
        throw new Error(
          `there is no link "${name}"; ${laid.size === 0 ? 'the system declares none' : `there are ${[...laid.keys()].join(', ')}`}`,
        );
      return found.link.listen;
    },
    async open() {
      for (const via of viasOf(system)) {
        const kind = KINDS[via];
        const links = [...laid.values()].flatMap((each): readonly LaidLink[] => (each.via === via ? [each.link] : []));
        const helper = await place.helper({ name: `links-${via}`, ...(await kind.program(place.control(via), links)) }, via);
        const requests = new Requests(helper, `the ${via} links`);
        await requests.ready();
        carriers.set(via, { helper, requests });
        await kind.open((method, path, body) => requests.ask(method, path, body), links);
      }
    },
  };
}
