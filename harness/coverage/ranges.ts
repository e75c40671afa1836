/** Whole numbers as ranges, in order: "3-9,12"; nothing is "". */
export function toRanges(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

/** The numbers of such ranges. Throws a RangeError for what is none. */
export function fromRanges(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  if (text === '') return found;
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (from === undefined || Number(to) < Number(from)) throw new RangeError(`"${part}" is no range of lines`);
    for (let i = Number(from); i <= Number(to); i++) found.add(i);
  }
  return found;
}
