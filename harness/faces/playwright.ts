import { test as base, expect as expectOf } from '@playwright/test';
import { MATCHERS } from './matchers.ts';
import { type PlayedRun, type PlayWith, playScenario } from './played.ts';

export type { PlayedRun, PlayWith } from './played.ts';

/** Playwright's `expect` with what tests say of a run: `toHold`, `toRecoverWithin('10 s')`, `toLoseNothing`, `toFailBecause('rpo.lost')`. */
export const expect = expectOf.extend(MATCHERS);

/**
 * Playwright's `test` with `play`, which plays a scenario and returns what it came to; its report is attached to the test. A test that ends before its run, by its time-out for example, ends the run: it is healed and
 * cleaned up.
 */
export const test = base.extend<{ play(what: Parameters<typeof playScenario>[0], how?: PlayWith): Promise<PlayedRun> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
  play: async ({}, use, info) => {
    const ended = new AbortController();
    const running = new Set<Promise<PlayedRun>>();
    await use(async (what, how) => {
      const run = playScenario(what, { out: info.outputPath('runs'), ...how }, ended.signal);
      running.add(run);
      const played = await run.finally(() => running.delete(run));
      await info.attach('report', { path: `${played.folder}/report.html`, contentType: 'text/html' });
      return played;
    });
    ended.abort();
    await Promise.allSettled(running);
  },
});
