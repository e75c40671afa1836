import type { RequestAnswer, RequestOrder } from '../../helpers/http-request.ts';
import type { Instance } from '../../model/runtime.ts';
import { type AskHelper, askHelper } from '../ask-helper.ts';
import type { FaultDefinition, Place } from '../definition.ts';

const PROGRAM = ['node', 'harness/helpers/http-request.ts'] as const;

/** One HTTP request, as an operator or a pipeline sends it. It is there to stay: whether it is taken back, and by whom, is what the scenario is about. */
export const request: FaultDefinition = {
  kind: 'request',
  family: 'lifecycle',
  does: 'asks a service, over HTTP, to do what should not be done: a bad release, a wrong setting',
  touches: 'none',
  needs: ['helpers'],
  seen_by: 'another question (`seen`) by the observer, whose answer says that it was done, and did not say so before',
  undone_by: 'nothing: taking it back is the business of the system',
  injection({ targets, fault, place }) {
    const own = fault.with as unknown as Own;
    const [target] = targets;
    if (target === undefined) throw new Error(`${fault.name}: nobody to ask`);
    let ask: AskHelper | null = null;
    const { method, path, body } = own;
    return {
      lasting: true,
      undo: [],
      async prepare() {
        ask = askHelper(await place.helper({ name: `${fault.name}-request`, argv: PROGRAM }));
      },
      sights() {
        const asked = instance(place, own.seen.at ?? target.name);
        const address = asked.address(own.seen.port ?? (own.seen.at === undefined ? own.port : undefined));
        return [
          {
            name: `${fault.name}: ${asked.name} says nothing of it`,
            on: 'target',
            from: 'observer',
            // As an alert is asked for: only an answer that says so is the effect, and no answer says nothing.
            probe: { kind: 'http', address, method: 'GET', path: own.seen.path, status: [200], body_has: own.seen.has, alert: true },
            means: `GET ${own.seen.path} of ${asked.name} answers without "${own.seen.has}"`,
            every_ms: 50,
          },
        ];
      },
      async inject() {
        if (ask === null) throw new Error(`${fault.name} was not made ready`);
        const order: RequestOrder = { address: target.address(own.port), method, path, ...(body === undefined ? {} : { body }) };
        const what = `${method} ${path} of ${target.name}`;
        const answer = JSON.parse(await ask(JSON.stringify(order), what)) as RequestAnswer;
        if ('error' in answer) throw new Error(`${what}: ${answer.error}`);
        if (!own.answers.includes(answer.status)) throw new Error(`${what} was refused: ${answer.status} ${answer.text}`);
        return `${what}: ${answer.status} ${answer.text}`;
      },
      heal: () => Promise.resolve('nothing to heal: the change stays'),
    };
  },
};

/** The fault's own parameters, as its schema has checked them. */
interface Own {
  readonly port?: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly answers: readonly number[];
  readonly seen: { readonly at?: string; readonly port?: string; readonly path: string; readonly has: string };
}

function instance({ instances }: Place, name: string): Instance {
  const found = instances.get(name);
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}
