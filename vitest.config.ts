import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{harness,fixtures,scenarios}/**/*.test.ts'],
    // Nothing is retried where something is judged.
    retry: 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: files that start systems must not starve each other.
    maxWorkers: 2,
  },
});
