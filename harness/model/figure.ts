import { z } from 'zod';
import { Name } from './system.ts';

/** Where something is asked over HTTP. */
export const UrlPath = z.string().regex(/^\/\S*$/, { error: 'a path begins with "/" and has no white space' });

/** A figure that a service tells of itself over HTTP: requests served, connections open, replicas running. */
export const Figure = z.strictObject({
  at: Name.optional().describe('the service that tells it; without it, the target'),
  port: z.string().optional(),
  path: UrlPath,
  number: z
    .string()
    .min(1)
    .describe('where it stands in the answer: a JSON pointer ("/requests"), or a regular expression whose first group it is'),
});
export type Figure = z.infer<typeof Figure>;

/** A figure of a service that is named. */
export const FigureAt = Figure.required({ at: true });
export type FigureAt = z.infer<typeof FigureAt>;
