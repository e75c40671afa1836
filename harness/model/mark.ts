import { z } from 'zod';

const MARK = /^(new primary|alert|[1-5]\d\d|[A-Za-z][A-Za-z0-9_]*)$/;

/**
 * Something that must be seen in a run after its fault took effect, or the run has not shown what it is for: `new primary` (another member leads), `alert` (the system's own), an HTTP status that was
 * no good answer ("429"), or any other class of error ("timeout", "ECONNREFUSED", "stale").
 */
export const Mark = z
  .string()
  .regex(MARK, { error: 'is "new primary", "alert", an HTTP status such as "429", or a class of error such as "timeout"' });
export type Mark = z.infer<typeof Mark>;
