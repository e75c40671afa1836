const LOOK_MS = 10;
const LATE_MS = 5;
const LOOKS = 25;
const MOST_MS = 3000;

/**
 * Waits until this process has been woken in time for a quarter of a second on end, at most three: what was just compiled, or a machine that has just started a whole system, would else be the first
 * thing that is measured.
 */
export async function calm(): Promise<void> {
  const until = performance.now() + MOST_MS;
  for (let inTime = 0; inTime < LOOKS && performance.now() < until; ) {
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    inTime = performance.now() - before > LOOK_MS + LATE_MS ? 0 : inTime + 1;
  }
}
