import { existsSync, readFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What the tests in a browser came to before these, where `npm test` ran them. */
function inBrowser(): { passed: number; failed: number; skipped: number } {
  const file = process.env['FAULTLINE_BROWSER_COUNTS'];
  return file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
}

const SLOWEST = 15;

/** The files that took longest, where there are so many that nobody saw it. */
function slowest(modules: readonly TestModule[]): string {
  if (modules.length <= SLOWEST) return '';
  const took = modules.map((module) => ({ file: module.relativeModuleId, s: module.diagnostic().duration / 1000 }));
  const all = took.reduce((sum, { s }) => sum + s, 0);
  const lines = took
    .toSorted((a, b) => b.s - a.s)
    .slice(0, SLOWEST)
    .map(({ file, s }) => `  ${s.toFixed(0).padStart(5)} s  ${file}`);
  return `\nThe files that took longest, of ${all.toFixed(0)} s in all, two at a time but for those that measure:\n${lines.join('\n')}\n`;
}

/**
 * A vitest reporter that names every skipped test with its reason and the slowest files, and ends with `N passed, N failed, N skipped`. A file that did not
 * load, and an error outside of any test, count as failed: they ran nothing.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const skipped = new Set<string>();
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.result().state === 'skipped')
          skipped.add(
            test.parent.type === 'suite'
              ? `${module.relativeModuleId}: ${test.parent.fullName}`
              : `${module.relativeModuleId}: ${test.fullName}`,
          );
      }
    }
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
    process.stdout.write(slowest(modules));
    const browser = inBrowser();
    // A test that never ended did not pass.
    process.stdout.write(
      `\n${count.passed + browser.passed} passed, ${count.failed + count.pending + browser.failed} failed, ${count.skipped + browser.skipped} skipped\n`,
    );
  }
}
