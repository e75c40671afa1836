import { configDefaults, defineConfig } from 'vitest/config';

/** What measures times runs last and by itself: beside others the machine is measured, not the harness. */
const MEASURED = ['fixtures/calibration/**/*.test.ts', 'fixtures/scenarios/adopted/compose.test.ts', 'harness/run/real-runs.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './harness/faces/closing-line.ts'],
    // Nothing is retried where something is judged.
    retry: 0,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'harness',
          include: ['{harness,fixtures,scenarios}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...MEASURED],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Files that start systems and measure must not starve each other.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'measured',
          include: MEASURED,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
