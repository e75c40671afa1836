import { test as base, expect } from 'vitest';
import { MATCHERS } from './matchers.ts';
import { type PlayedRun, type PlayWith, playScenario } from './played.ts';

export type { PlayedRun, PlayWith } from './played.ts';
export { expect };

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    toHold(): R;
    toRecoverWithin(within: string): R;
    toLoseNothing(): R;
    toFailBecause(reason: string): R;
  }
}

expect.extend(MATCHERS);

/**
 * Vitest's `test` with `play`, which plays a scenario and returns what it came to. A test that times out ends its run: it is healed and cleaned up.
 *
 * ```ts
 * test('the shop survives its web server', async ({ play }) => {
 *   const run = await play('shop-survives-its-web-server');
 *   expect(run).toRecoverWithin('5 s');
 *   expect(run).toLoseNothing();
 * }, 120_000);
 * ```
 */
export const test = base.extend<{ play(what: Parameters<typeof playScenario>[0], how?: PlayWith): Promise<PlayedRun> }>({
  play: async ({ signal }, use) => {
    await use((what, how) => playScenario(what, how, signal));
  },
});
