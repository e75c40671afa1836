import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{harness,fixtures,scenarios}/**/*.test.ts'],
    reporters: ['default', './harness/faces/closing-line.ts'],
    // Nothing is retried where something is judged.
    retry: 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Files that start systems and measure must not starve each other.
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
