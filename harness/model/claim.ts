import { PRINCIPLES } from './principle.ts';

/** One thing that a principle promises, which a scenario can show or refute. */
export interface Claim {
  /** `"10.10"`: a string, never a number. */
  readonly id: string;
  readonly principle: number;
  readonly title: string;
}

const TITLES: readonly (readonly [string, string])[] = [
  ['1.1', 'Endpoints that are not public refuse callers without valid credentials'],
  ['1.2', 'One malformed or greedy request cannot eat the server'],
  ['1.3', 'Nobody reads or changes another user’s data'],
  ['1.4', 'Only the intended addresses and ports are reachable from outside, and only the intended ones from inside'],
  ['1.5', 'Developer access is least privilege'],
  ['1.6', 'Secrets are obscured'],
  ['1.7', 'Unused services and keys are detected and removed'],
  ['1.8', 'Odd behaviour leaves a trail and raises an alert'],
  ['2.1', 'An outside monitor notices within seconds'],
  ['2.2', 'An earlier incident cannot return unnoticed'],
  ['2.3', 'The monitor does not share the fate of what it watches'],
  ['2.4', 'A dead monitor is noticed'],
  ['2.5', 'The product is watched from all parts of the world'],
  ['3.1', 'Somebody is paged, once, within a minute'],
  ['3.2', 'Nobody answers: it escalates'],
  ['3.3', 'The alerting provider is down: another is used'],
  ['3.4', 'Users hear before the fix'],
  ['3.5', 'Somebody is on call at every minute and can act'],
  ['4.1', 'A crashed or hung server is restarted'],
  ['4.2', 'When a restart does not help, the last good version returns, of code or infrastructure'],
  ['4.3', 'A rollback that would break the database is refused'],
  ['4.4', 'Recovery does not make it worse'],
  ['4.5', 'The ladder is climbed in order: restart, revert, declare'],
  ['4.6', 'No fix without its tests, however urgent'],
  ['5.1', 'Users can reach us while the product is down'],
  ['5.2', 'A partial failure is seen'],
  ['6.1', 'The last requests before a crash can be read'],
  ['6.2', 'What users type is stored nowhere'],
  ['6.3', 'The error counts are right'],
  ['6.4', 'Client-side errors arrive'],
  ['6.5', 'Key steps of a user’s journey are events, used and unused features can be told apart'],
  ['6.6', 'Batch jobs and consistency are watched'],
  ['7.1', 'An API stuck in "still launching" is found'],
  ['7.2', 'A calculator that computes wrongly is found'],
  ['7.3', 'The checks fail apart from the product'],
  ['8.1', 'Breaking the builder interface leaves published APIs alone'],
  ['8.2', 'A slow dependency does not spread'],
  ['8.3', 'Services share little code and no network by accident'],
  ['8.4', 'The supply chain cannot take the APIs down'],
  ['9.1', 'Losing any one server is not an outage'],
  ['9.2', 'A spike brings capacity and failed servers return'],
  ['9.3', 'The database fails over by itself and loses nothing acknowledged'],
  ['9.4', 'Losing a zone is survived'],
  ['9.5', 'Losing a region is survived'],
  ['9.6', 'Losing a whole provider is survived'],
  ['9.7', 'No part is a single point of failure'],
  ['10.1', 'There is a way back when environments are not isolated'],
  ['10.2', 'There is a way back when a faulty migration'],
  ['10.3', 'There is a way back when a wrong query'],
  ['10.4', 'There is a way back when a bug of the application'],
  ['10.5', 'There is a way back when a zone or region is lost'],
  ['10.6', 'There is a way back when malicious code'],
  ['10.7', 'There is a way back when an account is taken over'],
  ['10.8', 'There is a way back when a provider and its keys are gone'],
  ['10.9', 'The strategies stand in the promised order'],
  ['10.10', 'A backup that cannot be restored is found before it is needed'],
  ['11.1', 'The tests catch what breaks'],
  ['11.2', 'Coverage is tracked, says what to test next, and does not slide'],
  ['12.1', 'A flood does not keep users out'],
  ['12.2', 'Slow attacks do not hold the doors'],
  ['12.3', 'Known bots are filtered, doubtful visitors are challenged, people get in'],
  ['12.4', 'The cache carries the load and outlives its origin'],
  ['12.5', 'An attack is told from success, and tenants share a pool without sharing a fate'],
  ['13.1', 'A bad release is halted and rolled back, having met few users'],
  ['13.2', 'Nothing pushes it through'],
  ['13.3', 'Stages widen in order and a user stays in theirs'],
  ['13.4', 'Users’ displeasure halts it too'],
];

/** Every claim of the thirteen principles, in their order. What nobody wrote a scenario for is among them. */
export const CLAIMS: readonly Claim[] = TITLES.map(([id, title]) => ({ id, principle: principleOf(id), title }));

/** The principle that a claim belongs to, by its id. Throws RangeError where that names none. */
export function principleOf(claim: string): number {
  const [, n] = /^(\d+)\.\d+$/.exec(claim) ?? [];
  const principle = Number(n);
  if (!(principle >= 1 && principle <= PRINCIPLES.length))
    throw new RangeError(`"${claim}" is no claim of the ${PRINCIPLES.length} principles`);
  return principle;
}

/** Whether one claim stands before another: by number, not by letter. */
export function byClaim(a: string, b: string): number {
  const [x = 0, y = 0] = a.split('.').map(Number);
  const [v = 0, w = 0] = b.split('.').map(Number);
  return x - v || y - w;
}
