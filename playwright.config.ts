import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromium } from './harness/faces/tools.ts';

const found = await chromium();

/** The reports as people meet them, in a real Chromium: `npm run test:browser`. Nothing is retried. */
export default defineConfig({
  testDir: 'fixtures/browser',
  outputDir: 'reports/.browser/output',
  retries: 0,
  workers: 2,
  forbidOnly: true,
  reporter: [['line'], ['json', { outputFile: process.env['FAULTLINE_BROWSER_RESULTS'] ?? 'reports/.browser/results.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { args: ['--no-sandbox'], ...(found === null ? {} : { executablePath: onPath(found.file) }) },
  },
});

/** The absolute path of a program; Playwright looks nothing up. */
function onPath(program: string): string {
  if (path.isAbsolute(program)) return program;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file)) ?? program;
}
