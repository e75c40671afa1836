/** Something that a run left. `mark`: the stand-up (six letters) whose mark it carries, null where it carries none. */
export interface Residue {
  readonly kind: 'container' | 'network' | 'volume' | 'process' | 'rule' | 'toxic' | 'mount' | 'file' | 'run' | 'lock' | 'setting';
  readonly what: string;
  readonly mark: string | null;
  /** Whether the process that made it is alive, where it says which one that was. */
  readonly maker?: 'alive' | 'gone';
  /** What removes it. */
  readonly command: string;
}

/** The stand-up whose mark a name or a line carries: `faultline-x7k2p9-pg-1`, `faultline:x7k2p9`. */
export function markIn(text: string): string | null {
  return /faultline[-:]([a-z2-9]{6})(?![a-z0-9])/.exec(text)?.[1] ?? null;
}

/** A residue as a line for people, with the command that removes it. */
export function inWords({ kind, what, command }: Residue): string {
  return `${kind} ${what}; removed by: ${command}`;
}
