/** A count with thin groups of three that do not break: `4 210`. */
export function count(n: number): string {
  const [whole = '', rest] = String(n).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u00a0');
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** A count and its noun: `1 write`, `4 210 writes`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A bracket of seconds, rounded outward to the hundredth so that no bound gets tighter by being printed: `3.40–3.45 s`, `0–0.03 s`, `> 12.34 s`. */
export function bracket(lower_s: number, upper_s: number | null): string {
  const lower = lower_s === 0 ? '0' : (Math.floor(lower_s * 100 + 1e-6) / 100).toFixed(2);
  if (upper_s === null) return `> ${lower} s`;
  return `${lower}–${(Math.ceil(upper_s * 100 - 1e-6) / 100).toFixed(2)} s`;
}

/** A ratio's bracket as a percentage, rounded outward to the hundredth: `99.93–99.97 %`. */
export function share(lower: number, upper: number): string {
  const [a, b] = [(Math.floor(lower * 1e4 + 1e-6) / 100).toFixed(2), (Math.ceil(upper * 1e4 - 1e-6) / 100).toFixed(2)];
  return a === b ? `${a} %` : `${a}–${b} %`;
}

/** Seconds as people write them: `10 s`, `0.3 s`. */
export function seconds(s: number): string {
  return `${Number(s.toFixed(3))} s`;
}

/** A moment or a length of the observer's clock (ns), in seconds with three digits. */
export function at(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

/** Any text as one line, for a `because`: line breaks become spaces, and what is longer than 300 characters is cut. */
export function oneLine(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
