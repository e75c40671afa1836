/** Writes a line to standard output. */
export function out(line: string): void {
  process.stdout.write(`${line}\n`);
}
