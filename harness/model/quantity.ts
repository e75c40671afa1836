import { z } from 'zod';

const SECONDS: Record<string, number> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 };

/**
 * A duration as people write it: `"10 s"`, `"250 ms"`, `"2 min"`, `"1 h"`, `"30 d"`. Parsed to seconds.
 * A bare number is refused: a time without a unit is how a gate of 30 s becomes one of 30 ms.
 */
export const Duration = z.string({ error: 'a duration needs a unit, for example "10 s" or "250 ms"' }).transform((text, ctx) => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$/.exec(text);
  const factor = match?.[2] === undefined ? undefined : SECONDS[match[2]];
  if (match?.[1] === undefined || factor === undefined) {
    ctx.addIssue({ code: 'custom', message: `"${text}" is no duration; write a number and a unit, for example "10 s", "250 ms", "2 min"` });
    return z.NEVER;
  }
  // Rounded to whole nanoseconds, so that "0.3 s" and "300 ms" are the same number.
  return Math.round(Number(match[1]) * factor * 1e9) / 1e9;
});

/** A duration that stays as it was written, checked: for data that is stored and read again. `secondsOf` gives its number. */
export const DurationText = z
  .string({ error: 'a duration needs a unit, for example "10 s" or "250 ms"' })
  .refine((text) => Duration.safeParse(text).success, {
    error: (issue) => `"${String(issue.input)}" is no duration; write a number and a unit, for example "10 s", "250 ms", "2 min"`,
  });

/** Seconds of a duration text that was checked. */
export function secondsOf(text: string): number {
  return Duration.parse(text);
}

/** A share as people write it: `"99.9 %"`. Parsed to a ratio between 0 and 1. */
export const Share = z.string({ error: 'a share needs its unit, for example "99.9 %"' }).transform((text, ctx) => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);
  if (match?.[1] === undefined || Number(match[1]) > 100) {
    ctx.addIssue({ code: 'custom', message: `"${text}" is no share; write a percentage, for example "99.9 %"` });
    return z.NEVER;
  }
  return Math.round(Number(match[1]) * 1e7) / 1e9;
});

/** A number of lost writes as people write it: `"0 writes"`. Parsed to a count. */
export const Writes = z.string({ error: 'an RPO needs its unit, for example "0 writes"' }).transform((text, ctx) => {
  const match = /^\s*(\d+)\s*writes?\s*$/.exec(text);
  if (match?.[1] === undefined) {
    ctx.addIssue({ code: 'custom', message: `"${text}" is no number of writes; write for example "0 writes"` });
    return z.NEVER;
  }
  return Number(match[1]);
});
