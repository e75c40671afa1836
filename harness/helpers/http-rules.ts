/** The header by which a look of ours is known. Its value is the route as which it is treated ("GET /orders"); it is never counted, and never passed on. */
export const LOOK_HEADER = 'x-faultline-look';
/** So many looks see a `fail-first` even if clients use it up at once: fewer could be taken for an accident. */
const LOOKS = 4;

/** What is done to a request, or to its answer. `delivered`: the service gets the request nevertheless, and only its answer is replaced. */
export type Treatment =
  | { readonly do: 'fail-first'; readonly first: number; readonly status: number; readonly delivered: boolean }
  /** The n-th request fails where the n-th character is `1`; after the last it begins again. */
  | { readonly do: 'fail-share'; readonly sequence: string; readonly status: number; readonly delivered: boolean }
  | { readonly do: 'status'; readonly status: number; readonly delivered: boolean }
  | { readonly do: 'body'; readonly body: string; readonly type: string; readonly delivered: boolean }
  /** The connection is closed after so many bytes of the body. */
  | { readonly do: 'truncate'; readonly bytes: number }
  | { readonly do: 'stall' }
  | { readonly do: 'trickle'; readonly bytes_per_s: number };

/** A treatment of what is asked on a route: `GET /orders/*`, `/health`, `*`. */
export interface Rule {
  readonly id: string;
  readonly route: string;
  readonly treatment: Treatment;
}

/** What happens to one request: it is answered by the proxy, or its answer's body is changed until `gone` aborts (the rule was removed). */
export type Deed =
  | { readonly answer: { readonly status: number; readonly body: string; readonly type: string; readonly delivered: boolean } }
  | { readonly change: Extract<Treatment, { do: 'truncate' | 'stall' | 'trickle' }>; readonly gone: AbortSignal };

interface Active {
  readonly rule: Rule;
  readonly gone: AbortController;
  /** Requests of clients on the route, and how many of them were spoiled. */
  seen: number;
  bitten: number;
  looks: number;
}

/** The rules in force, by id; where several match, the newest that bites counts. */
export class Rules {
  readonly #active = new Map<string, Active>();

  put(rule: Rule): void {
    this.remove(rule.id);
    this.#active.set(rule.id, { rule, gone: new AbortController(), seen: 0, bitten: 0, looks: 0 });
  }

  /** Ends a rule, and says what it did; null when there is none of that id. */
  remove(id: string): string | null {
    const found = this.#active.get(id);
    if (found === undefined) return null;
    this.#active.delete(id);
    found.gone.abort();
    return `${found.bitten} of ${found.seen} requests on ${found.rule.route} were spoiled`;
  }

  list(): readonly { readonly id: string; readonly seen: number; readonly bitten: number }[] {
    return [...this.#active.values()].map(({ rule: { id }, seen, bitten }) => ({ id, seen, bitten }));
  }

  /** Decides about a request. A look (`look` names the route as which it counts) gets what the next request that is to be spoiled would get, and uses nothing up. */
  treat(method: string, path: string, look: string | null): Deed | null {
    const [as, where] = look === null ? [method, path] : (look.split(' ') as [string, string]);
    for (const active of [...this.#active.values()].reverse()) {
      if (!matches(active.rule.route, as, where)) continue;
      const bites = look === null ? bitesClient(active) : bitesLook(active);
      if (bites) return deedOf(active);
    }
    return null;
  }
}

/** Whether a request is on a route: an optional method, and a path in which `*` stands for anything; queries do not count. */
export function matches(route: string, method: string, path: string): boolean {
  const [first = '*', second] = route.split(' ');
  const [wanted, pattern] = second === undefined ? [null, first] : [first, second];
  if (wanted !== null && wanted !== method) return false;
  const [plain = ''] = path.split('?');
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(plain);
}

function bitesClient(active: Active): boolean {
  const { treatment } = active.rule;
  const n = active.seen++;
  const bites =
    treatment.do === 'fail-first'
      ? active.bitten < treatment.first
      : treatment.do === 'fail-share'
        ? treatment.sequence[n % treatment.sequence.length] === '1'
        : true;
  if (bites) active.bitten += 1;
  return bites;
}

function bitesLook(active: Active): boolean {
  const { treatment } = active.rule;
  if (treatment.do === 'fail-share') return treatment.sequence.includes('1');
  if (treatment.do !== 'fail-first') return true;
  active.looks += 1;
  return active.bitten < treatment.first || active.looks <= LOOKS;
}

function deedOf({ rule: { treatment }, gone }: Active): Deed {
  switch (treatment.do) {
    case 'fail-first':
    case 'fail-share':
    case 'status': {
      const { status, delivered } = treatment;
      return { answer: { status, delivered, body: `spoiled by Faultline: ${status}\n`, type: 'text/plain' } };
    }
    case 'body':
      return { answer: { status: 200, delivered: treatment.delivered, body: treatment.body, type: treatment.type } };
    default:
      return { change: treatment, gone: gone.signal };
  }
}
