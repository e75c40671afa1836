import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { abortKey, type Keys } from './abort-key.ts';

class Terminal extends EventEmitter implements Keys {
  readonly isTTY: boolean;
  raw = false;
  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }
  setRawMode(on: boolean): void {
    this.raw = on;
  }
  resume(): void {}
  pause(): void {}
  press(text: string): void {
    this.emit('data', Buffer.from(text));
  }
}

test.each(['a', 'q', 'A'])('%s aborts, and says that a person did', (key) => {
  const terminal = new Terminal();
  const { signal, end } = abortKey(terminal);
  expect(terminal.raw).toBe(true);
  terminal.press('x');
  expect(signal.aborted).toBe(false);
  terminal.press(key);
  expect(signal.reason).toMatchObject({ by: 'aborted', message: `a person pressed ${key}` });
  end();
  end();
  expect(terminal.raw).toBe(false);
  expect(terminal.listenerCount('data')).toBe(0);
});

test('Ctrl-C stays what it is: an interruption', () => {
  const heard = vi.fn();
  process.once('SIGINT', heard);
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => true);
  const terminal = new Terminal();
  const { signal, end } = abortKey(terminal);
  terminal.press('\u0003');
  expect(kill).toHaveBeenCalledWith(process.pid, 'SIGINT');
  expect(signal.aborted).toBe(false);
  end();
  kill.mockRestore();
  process.removeListener('SIGINT', heard);
});

test('without a person at a terminal nothing is listened to', () => {
  const terminal = new Terminal(false);
  const { end } = abortKey(terminal);
  expect(terminal.raw).toBe(false);
  expect(terminal.listenerCount('data')).toBe(0);
  end();
});
