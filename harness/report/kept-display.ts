import type { Display } from './console.ts';

/** A display for nobody: what a person would have read is kept, progress apart. */
export function keptDisplay(said: string[]): Display {
  return {
    phase: (name, detail) => void said.push(`${name}  ${detail}`),
    line: (text) => void said.push(text),
    fault: (text) => void said.push(text),
    progress: () => undefined,
    done: () => undefined,
  };
}
