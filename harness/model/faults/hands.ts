import { z } from 'zod';
import { Duration } from '../quantity.ts';
import { common, Selector } from './common.ts';

/** What a person does. */
export const HANDS = [
  z
    .strictObject({
      fault: z.literal('by-hand'),
      target: Selector,
      do: z.string().describe('what the person is asked to do, once Enter is pressed'),
      undo: z.string(),
      within: Duration.prefault('5 min').describe('how long the person may take, for each'),
      ...common,
    })
    .describe('a person breaks it, and repairs it; the observer confirms it like any other fault'),
] as const;
