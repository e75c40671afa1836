import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { empty, hostile, losing, passing, undecided } from '../../fixtures/reports/sample.ts';
import type { Progress } from '../observer/protocol.ts';
import { type Display, finalLines, liveProgress } from './console.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Four times a second for so many seconds; out of order between 2 and 5.4 s. */
function play(display: Display, clock: { ms: number }, seconds: number): void {
  for (let i = 0; i < seconds * 4; i++) {
    clock.ms = i * 250;
    const at = clock.ms * 1e6;
    const down = clock.ms >= 2000 && clock.ms < 5400;
    const progress: Progress = { k: 'progress', at, done: i * 300, good: i * 280, down_since: down ? 2e9 : null };
    display.progress(progress);
  }
}

function written(interactive: boolean, env: Record<string, string> = {}, columns = 80) {
  const clock = { ms: 0 };
  const out: string[] = [];
  const display = liveProgress({ stream: { write: (text) => out.push(text), columns }, interactive, env, now_ms: () => clock.ms });
  return { display, clock, text: () => out.join('') };
}

test('without a terminal: plain lines, a line per change, no progress more often than every 2 s', () => {
  const { display, clock, text } = written(false);
  display.phase('up', 'standing up orders on the docker runtime');
  display.line('pg-1 is ready');
  display.phase('disturb', 'kill-primary in 4 s');
  display.fault('kill-primary (kill pg-1) confirmed: refused a connection');
  play(display, clock, 8);
  display.done();
  expect(text()).toMatchSnapshot();
});

test('on a terminal: one status line that is rewritten, and taken away at the end', () => {
  vi.useFakeTimers();
  const { display, clock, text } = written(true);
  display.phase('disturb', 'kill-primary in 4 s');
  play(display, clock, 3);
  display.done();
  const shown = text();
  expect(shown).toContain('down 0.8 s');
  expect(shown.endsWith('\r\u001b[2K')).toBe(true);
  // As a terminal shows it: what a carriage return and an erasure leave.
  const left = shown.split('\n').map((line) => stripVTControlCharacters(line.split('\r\u001b[2K').at(-1) ?? ''));
  expect(left).toEqual(['disturb   kill-primary in 4 s', 'down      no good answer since 2.00 s of the run', '']);
  expect(vi.getTimerCount()).toBe(0);
});

test('the status line keeps within a narrow terminal, and its clock goes on without progress', () => {
  vi.useFakeTimers();
  const { display, clock, text } = written(true, { NO_COLOR: '1' }, 40);
  display.phase('disturb', 'kill-primary in 4 s');
  play(display, clock, 3);
  clock.ms = 4000;
  vi.advanceTimersByTime(600);
  expect(text()).toContain('disturb  4.0 s');
  for (const line of text().split(/[\r\n]/)) expect([...line].length).toBeLessThanOrEqual(40);
  display.done();
});

test('NO_COLOR and a dumb terminal get no control codes', () => {
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { display, clock, text } = written(true, env);
    display.phase('disturb', 'kill-primary');
    display.fault('asked');
    play(display, clock, 7);
    display.done();
    expect(text()).not.toContain('\u001b');
    expect(text()).toContain('good answers again after about 3.5 s');
  }
});

test('what a system says cannot steer the terminal', () => {
  const { display, text } = written(false);
  display.line('\u001b[2J\rPASS\u0007\nsecond line');
  display.done();
  expect(text()).toBe('          ␛[2J␍PASS␇ second line\n');
});

test('a single bad answer is no outage', () => {
  const { display, text } = written(false);
  display.progress({ k: 'progress', at: 1e9, done: 10, good: 9, down_since: 0.98e9 });
  display.progress({ k: 'progress', at: 1.2e9, done: 20, good: 19, down_since: null });
  expect(text()).not.toMatch(/^(down|up)/m);
});

test.each(Object.entries({ passing, losing, undecided, empty }))('the last lines of a run that is %s', (_, sample) => {
  const { verdict } = sample();
  const lines = finalLines(verdict, 'reports/20260314-092653-7f3a', verdict.run.replay);
  expect(lines.at(-1)).toBe(verdict.headline);
  expect(lines.join('\n')).toMatchSnapshot();
  for (const line of lines.slice(0, -1)) if (!/^ {2}re(play|port)/.test(line)) expect([...line].length).toBeLessThanOrEqual(80);
});

test('the last lines of a hostile run hold no control codes', () => {
  const { verdict } = hostile();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(finalLines(verdict, 'reports/x', verdict.run.replay).join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
});
