import { printable } from './escape.ts';

/** A table; an empty text without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that stays text: one line, no markup, no mention of anybody. */
export function text(raw: string): string {
  return printable(raw)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[&<]/g, (c) => (c === '&' ? '&amp;' : '&lt;'))
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replace(/@(?=[A-Za-z0-9])/g, '@\u200b');
}

/** An inline code span; a table cell ends at a bar even inside one. */
export function code(raw: string): string {
  const inner = printable(raw).replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(inner) + 1);
  return ticks.length === 1 ? `\`${inner}\`` : `${ticks} ${inner} ${ticks}`;
}

/** A block of shell commands. */
export function fence(raw: string): string {
  const inner = printable(raw);
  const ticks = '`'.repeat(Math.max(3, longestRun(inner) + 1));
  return `${ticks}sh\n${inner}\n${ticks}`;
}

function longestRun(inner: string): number {
  return Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length));
}
