import type { Helper, HelperSpec } from '../../model/runtime.ts';
import type { Place } from '../definition.ts';

interface Kept {
  readonly helpers: Map<string, Promise<Helper>>;
  made: number;
}

/** Programs of ours that outlive the fault that they were started for; by what identifies a stand-up. */
const kept = new WeakMap<Place['instances'], Kept>();

/**
 * A program that is started once for a stand-up and stays until that goes down, so that a fault is quick to come and its undo has somebody to run in. One that ended (it ends with the service whose
 * namespaces it shares) is started anew.
 */
export async function beside(
  place: Place,
  key: string,
  spec: Omit<HelperSpec, 'name'>,
  begun?: (helper: Helper) => Promise<void>,
): Promise<Helper> {
  const own = kept.get(place.instances) ?? { helpers: new Map<string, Promise<Helper>>(), made: 0 };
  kept.set(place.instances, own);
  const known = own.helpers.get(key);
  if (known !== undefined) return await known;
  const start = place.helper({ ...spec, name: `net-${++own.made}-${spec.beside ?? 'alone'}` }).then(async (helper) => {
    await begun?.(helper);
    return helper;
  });
  own.helpers.set(key, start);
  const forget = () => {
    if (own.helpers.get(key) === start) own.helpers.delete(key);
  };
  start.then((helper) => helper.exited.then(forget), forget);
  return await start;
}
