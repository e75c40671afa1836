/**
 * The upper 95 % bound (one-sided, Clopper-Pearson) of a ratio of which `bad` among `n` were seen: the p at which so few would be seen in one of
 * twenty samples. 1 when nothing was seen.
 */
export function upperRatio(bad: number, n: number): number {
  if (n === 0 || bad >= n) return 1;
  let [low, high] = [bad / n, 1];
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2;
    if (atMost(bad, n, p) > 0.05) low = p;
    else high = p;
  }
  return high;
}

/** P(X ≤ k) of a binomial with n draws of p. */
export function atMost(k: number, n: number, p: number): number {
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log(((n - i + 1) / i) * (p / (1 - p)));
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** How many bad operations in a row chance gives at most once in a thousand runs of `n`, when one in 1/p is bad; at least 3. */
export function coreLength(n: number, p: number): number {
  if (p >= 1) return Number.POSITIVE_INFINITY;
  return Math.max(3, Math.ceil(Math.log(0.001 / Math.max(1, n)) / Math.log(p) - 1e-9));
}

/** How many bad ones among 10 in a row chance gives at most once in a thousand runs of `n`; at least 5, and 11 (never) when even 10 are chance. */
export function coreDensity(n: number, p: number): number {
  for (let m = 5; m <= 10; m++) if (n * (1 - atMost(m - 1, 10, p)) <= 0.001) return m;
  return 11;
}
