import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { playInTurn } from '../../fixtures/scenarios/in-turn.ts';
import { describeNeeding } from '../faces/needs.ts';
import { keptDisplay } from '../report/kept-display.ts';

await describeNeeding('docker', 'a fault that is being made ready', () => {
  test('beside a service that another fault kills meanwhile, is made ready again when it is due', async () => {
    const out = mkdtempSync(path.join(os.tmpdir(), 'faultline-disturb-'));
    try {
      const { verdict } = await playInTurn('kill-while-made-ready', { out, display: keptDisplay([]) });
      expect(verdict.outcome, verdict.because).toBe('pass');
      expect(verdict.faults.map(({ name, confirmed }) => ({ name, confirmed }))).toEqual([
        { name: 'kill', confirmed: true },
        { name: 'lose', confirmed: true },
      ]);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  }, 120_000);
});
