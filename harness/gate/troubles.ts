import { twinName } from '../model/evidence.ts';
import type { GateRecord } from '../model/gate.ts';
import { EXIT } from '../model/reason.ts';
import { type ClaimStanding, isAwaited } from './standing.ts';

/** What keeps a gate from ending with 0 although it is the standing of no claim; every report shows it. `code`: what it alone would end with; `name`: what it is about. */
export interface Trouble {
  readonly kind: 'unhealed' | 'interrupted' | 'demonstration' | 'not played' | 'nothing holds';
  readonly code: number;
  readonly name: string;
  readonly why: string;
}

/** All of them, those first that a person must look at first. */
export function troublesOf(
  claims: readonly ClaimStanding[],
  { runs, interrupted, steps, left }: Pick<GateRecord, 'runs' | 'interrupted' | 'steps' | 'left'>,
): readonly Trouble[] {
  const played = runs.map(({ step, run }) => ({ ...run, name: twinName(step), claim: step.claim }));
  const chosen = new Set(steps.map(twinName));
  const counted = claims.filter((each) => isAwaited(each) && !each.waived);
  return [
    ...played
      .filter(({ exit_code }) => exit_code === EXIT.unhealed)
      .map(({ name, id }) => ({
        kind: 'unhealed' as const,
        code: EXIT.unhealed,
        name,
        why: `${name} left something that could not be healed: a person is needed; \`npx faultline audit\` says what is left of ${id}`,
      })),
    ...(interrupted ? [{ kind: 'interrupted' as const, code: EXIT.interrupted, name: 'the gate', why: 'it was interrupted' }] : []),
    ...played
      .filter(({ claim, exit_code }) => claim === null && exit_code !== EXIT.held && exit_code !== EXIT.unhealed)
      .map(({ name, exit_code, headline }) => ({
        kind: 'demonstration' as const,
        code: exit_code,
        name,
        why: `the demonstration came to ${headline}`,
      })),
    // Of what was chosen nothing is left but what could not be played, or not as often as it was to be. After an interruption everything that was left is so: that is said once.
    ...(interrupted ? [] : left)
      .filter(({ name }) => chosen.has(name))
      .map(({ name, why }) => ({
        kind: 'not played' as const,
        code: EXIT.inconclusive,
        name,
        why: `${name} was to be played, and was not: ${why}`,
      })),
    ...(counted.length === 0
      ? [{ kind: 'nothing holds' as const, code: EXIT.inconclusive, name: 'the gate', why: 'there is nothing that holds' }]
      : []),
  ];
}
