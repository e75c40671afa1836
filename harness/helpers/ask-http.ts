/**
 * One HTTP request from where this runs, for undos that must be asked from inside a run's network: METHOD URL [JSON]. Prints the answer. Exits 0 when somebody answered with less than 500 (404: what
 * would be undone is not there), and when nobody listens (it died with its proxy); else 1.
 */
const [method = 'GET', url = '', body] = process.argv.slice(2);
try {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(25_000),
  });
  console.log(`${answer.status} ${(await answer.text()).slice(0, 300)}`);
  process.exitCode = answer.status >= 500 ? 1 : 0;
} catch (error) {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  console.log(`${message}: ${cause?.code ?? cause?.message ?? ''}`);
  process.exitCode = cause?.code === 'ECONNREFUSED' ? 0 : 1;
}
