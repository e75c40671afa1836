import { defineConfig } from '@playwright/test';
import { chromium } from './harness/faces/tools.ts';

const browser = await chromium();

/** The reports as people meet them, in a real Chromium: `npm run test:browser`. Nothing is retried. */
export default defineConfig({
  testDir: 'fixtures/browser',
  outputDir: 'reports/.browser',
  retries: 0,
  workers: 2,
  forbidOnly: true,
  reporter: [['line'], ['json', { outputFile: process.env['FAULTLINE_BROWSER_RESULTS'] ?? 'reports/.browser/results.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { args: ['--no-sandbox'], ...(browser === null ? {} : { executablePath: browser }) },
  },
});
