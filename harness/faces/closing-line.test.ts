import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestModule } from 'vitest/node';
import ClosingLine from './closing-line.ts';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the closing line', () => {
  it('counts every state, files that did not load and errors outside of tests', () => {
    const tests: readonly State[] = ['passed', 'passed', 'failed', 'skipped', 'pending'];
    expect(said([file('a.test.ts', { tests }), file('b.test.ts', { errors: 1 })], 1)).toBe(
      'skipped: a.test.ts: test 3\n\n2 passed, 4 failed, 1 skipped\n',
    );
  });

  it('says that nothing passed where nothing ran', () => {
    expect(said([])).toBe('\n0 passed, 0 failed, 0 skipped\n');
  });

  it('names the fifteen slowest of many files, slowest first, and the sum of all', () => {
    const files = Array.from({ length: 20 }, (_, i) => file(`f${i}.test.ts`, { tests: ['passed'], ms: (i + 1) * 1000 }));
    const lines = said(files).split('\n').filter(Boolean);
    expect(lines[0]).toContain('of 210 s in all');
    expect(lines.slice(1, -1)).toEqual(Array.from({ length: 15 }, (_, i) => `  ${String(20 - i).padStart(5)} s  f${19 - i}.test.ts`));
    expect(lines.at(-1)).toBe('20 passed, 0 failed, 0 skipped');
  });

  it('names no slow files where there are few', () => {
    expect(said(Array.from({ length: 15 }, (_, i) => file(`f${i}.test.ts`, { tests: ['passed'], ms: 5000 })))).toBe(
      '\n15 passed, 0 failed, 0 skipped\n',
    );
  });
});

/** What it writes; the tests in a browser that came before this run are none of it. */
function said(modules: readonly TestModule[], errors = 0): string {
  let written = '';
  vi.stubEnv('FAULTLINE_BROWSER_COUNTS', undefined);
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  new ClosingLine().onTestRunEnd(
    modules,
    Array.from({ length: errors }, () => ({ message: 'outside' })),
  );
  write.mockRestore();
  return written;
}

/** What of vitest's module the reporter asks. */
function file(name: string, { tests = [], ms = 0, errors = 0 }: { tests?: readonly State[]; ms?: number; errors?: number }): TestModule {
  const parent = { type: 'module' };
  const all = tests.map((state, i) => ({ result: () => ({ state }), parent, fullName: `test ${i}` }));
  return {
    relativeModuleId: name,
    diagnostic: () => ({ duration: ms }),
    errors: () => Array.from({ length: errors }, () => ({ message: 'did not load' })),
    children: { allTests: () => all },
  } as unknown as TestModule;
}
