import { configDefaults, defineConfig } from 'vitest/config';

/** What measures times runs by itself: beside others the machine is measured, not the harness. */
const MEASURED = ['fixtures/calibration/**/*.test.ts', 'harness/run/real-runs.test.ts'];

/** What `npm test` leaves to `npm run test:all`, and CI runs: each stands systems up again and again, or waits for what takes long by itself. */
const LONG = [
  'fixtures/ci/workflows.test.ts',
  'fixtures/scenarios/adopted/adopted.test.ts',
  'fixtures/system/mailer/mailer.test.ts',
  'fixtures/system/quickstart.test.ts',
  'fixtures/torture/torture.test.ts',
  'fixtures/vacuous/cut-anywhere.test.ts',
  'harness/cli/gate.test.ts',
  'harness/cli/night.test.ts',
  'harness/coverage/coverage.test.ts',
  'harness/fault/clock/clock.test.ts',
  'harness/fault/database/database.test.ts',
  'harness/fault/database/replication.test.ts',
  'harness/fault/http/http.test.ts',
  'harness/fault/lifecycle/lifecycle.test.ts',
  'harness/fault/names/names.test.ts',
  'harness/fault/network/network.test.ts',
  'harness/fault/resource/resource.test.ts',
  'harness/fault/traffic/traffic.test.ts',
  'harness/report/gate/played-runs.test.ts',
  'harness/run/abort.test.ts',
  'harness/run/cleanup.test.ts',
  'harness/run/shared-systems.test.ts',
  'harness/run/watcher.test.ts',
  'harness/runtime/docker/docker.test.ts',
];
const LONG_MEASURED = ['fixtures/scenarios/adopted/compose.test.ts', 'harness/run/side-by-side.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './harness/faces/closing-line.ts'],
    // Nothing is retried where something is judged.
    retry: 0,
    passWithNoTests: false,
    projects: [
      project('harness', 0, ['{harness,fixtures,scenarios}/**/*.test.ts'], [...MEASURED, ...LONG, ...LONG_MEASURED]),
      project('measured', 1, MEASURED),
      project('long', 0, LONG),
      project('long-measured', 1, LONG_MEASURED),
    ],
  },
});

/** A set of test files; `turn`: they run when those of lower turns are done. What is measured runs one file at a time; of the others no more than two, since files that start systems must not starve each other. */
function project(name: string, turn: number, include: string[], not: string[] = []) {
  const measured = name.endsWith('measured');
  return {
    extends: true as const,
    test: {
      name,
      include,
      exclude: [...configDefaults.exclude, ...not],
      testTimeout: measured ? 240_000 : 60_000,
      hookTimeout: 120_000,
      maxWorkers: measured ? 1 : 2,
      ...(measured ? { maxConcurrency: 2 } : {}),
      sequence: { groupOrder: turn },
    },
  };
}
