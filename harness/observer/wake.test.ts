import { expect, test } from 'vitest';
import { Wake } from './wake.ts';

/** Wishes one after the other, as the lattice has them; resolves with how many came true in the time. */
function wishes(ms: number, forMs: number): Promise<{ count: number; lastAt: number }> {
  const began = performance.now();
  let [count, lastAt] = [0, 0];
  return new Promise((resolve) => {
    const wake = new Wake(() => {
      count += 1;
      lastAt = performance.now() - began;
      if (lastAt < forMs) wake.in(ms);
    });
    wake.in(ms);
    const look = setInterval(() => {
      // On a busy machine the last may be late; one that was forgotten never comes.
      if (lastAt < forMs && performance.now() - began < forMs + 10_000) return;
      clearInterval(look);
      wake.not();
      resolve({ count, lastAt });
    }, 50);
  });
}

test('no wish is forgotten, however its notice and the sleep to it fall together', async () => {
  const all = await Promise.all(Array.from({ length: 16 }, () => wishes(0.76, 4000)));
  for (const { count, lastAt } of all) {
    expect(count).toBeGreaterThan(100);
    // A lost wish is the last: nothing comes after it.
    expect(lastAt).toBeGreaterThanOrEqual(4000);
  }
}, 20_000);

test('what is no longer wished does not come', async () => {
  let count = 0;
  const wake = new Wake(() => {
    count += 1;
  });
  wake.in(20);
  wake.not();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(count).toBe(0);
});
