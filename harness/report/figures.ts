/** A count with thin groups of three: `4 210`. The space does not break. */
export function count(n: number): string {
  const [whole = '', rest] = String(n).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u00a0');
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** A count and its noun: `1 write`, `4 210 writes`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A moment in seconds, to the hundredth: `14.31`. */
export function moment(s: number): string {
  return s.toFixed(2);
}

/**
 * A bracket in seconds, rounded outwards so that no bound gets tighter by being printed: `3.40–3.45`; `> 13.66` without an upper end.
 * Below a tenth of a second three digits are shown.
 */
export function bracket(lower_s: number, upper_s: number | null): string {
  if (upper_s === null) return `> ${outward(lower_s, -1, digitsFor(lower_s))}`;
  const digits = digitsFor(upper_s);
  const [lower, upper] = [outward(lower_s, -1, digits), outward(upper_s, 1, digits)];
  return lower === upper ? lower : `${lower}–${upper}`;
}

/** A ratio's bracket as a percentage, rounded outwards: `97.31–97.53 %`. */
export function share(lower: number, upper: number): string {
  const [a, b] = [outward(lower * 100, -1, 2), outward(upper * 100, 1, 2)];
  return `${a === b ? a : `${a}–${b}`}\u00a0%`;
}

function digitsFor(s: number): number {
  return s < 0.1 ? 3 : 2;
}

function outward(value: number, towards: -1 | 1, digits: number): string {
  const scale = 10 ** digits;
  // A millionth of a digit is forgiven: 3.45 × 100 is 345.00000000000006, and still 3.45.
  const scaled = value * scale;
  const whole = towards < 0 ? Math.floor(scaled + 1e-6) : Math.ceil(scaled - 1e-6);
  return (Math.max(whole, 0) / scale).toFixed(digits);
}
