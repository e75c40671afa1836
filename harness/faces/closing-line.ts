import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * A vitest reporter that names every skipped test with its reason and ends with `N passed, N failed, N skipped`. A file that did not
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
    // A test that never ended did not pass.
    process.stdout.write(`\n${count.passed} passed, ${count.failed + count.pending} failed, ${count.skipped} skipped\n`);
  }
}
