import type { Counted, PrincipleCoverage } from '../coverage/of-principle.ts';
import { PRINCIPLES } from '../model/principle.ts';
import { printable } from './escape.ts';

const MOST_HANDLERS = 40;

/** So many of so many, with the share: "412 of 530 (77.7 %)"; of nothing it is none. */
export function countedText({ hit, of }: Counted): string {
  return of === 0 ? 'none' : `${hit} of ${of} (${((hit / of) * 100).toFixed(1)} %)`;
}

/** Coverage for a terminal: by principle, the files, and what to test next. */
export function coverageLines(principles: readonly PrincipleCoverage[]): readonly string[] {
  const all = principles.flatMap((each) => {
    const { principle, scenarios, files, lines, branches, only_under_fault, handlers, unreached, lost } = each;
    const name = principle === null ? 'no principle' : `${principle} ${PRINCIPLES[principle - 1] ?? ''}`;
    const wide = Math.max(...files.map(({ file }) => file.length), 4);
    return [
      `${name}: lines ${countedText(lines)}, branches ${countedText(branches)}, ${only_under_fault} lines only under fault, handlers reached by a fault ${countedText(handlers)}`,
      `  by ${scenarios.join(', ')}`,
      ...files.map(
        (file) =>
          `  ${file.file.padEnd(wide)}  lines ${countedText(file.lines).padEnd(22)} branches ${countedText(file.branches).padEnd(20)}${file.only_under_fault === '' ? '' : ` only under fault: ${file.only_under_fault}`}`,
      ),
      ...(unreached.length === 0 ? [] : ['  no fault has ever reached, so test next:']),
      ...unreached.slice(0, MOST_HANDLERS).map(({ file, line, what, name: within }) => `    ${file}:${line}  ${what} in ${within}`),
      ...(unreached.length > MOST_HANDLERS ? [`    and ${unreached.length - MOST_HANDLERS} more`] : []),
      ...lost.map((line) => `  not told: ${line}`),
    ];
  });
  // Names of files come from whoever wrote them.
  return all.map(printable);
}
