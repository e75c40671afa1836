import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeNeeding } from '../faces/needs.ts';
import { findK6, k6Exit } from './k6.ts';
import { k6FromImage } from './k6-image.ts';
import { onlyOwn } from './own-network.ts';

let folder = '';
const before = { PATH: process.env['PATH'], TOOLS: process.env['FAULTLINE_TOOLS'] };

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-k6-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const [name, value] of [
    ['PATH', before.PATH],
    ['FAULTLINE_TOOLS', before.TOOLS],
  ] as const) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Nothing on PATH and nothing built, but what the folder holds. */
function only(says: string | null): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  if (says !== null) {
    writeFileSync(path.join(bin, 'k6'), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(path.join(bin, 'k6'), 0o755);
  }
  process.env['PATH'] = bin;
  process.env['FAULTLINE_TOOLS'] = path.join(folder, 'none');
}

test('no k6: the error says where it was looked for, and how to get it', async () => {
  only(null);
  await expect(findK6(false)).rejects.toThrow(
    /floods need k6 2\.x, and there is none: no k6 on PATH or where \.ci\/setup puts it, no image grafana\/k6:2\.2\.0; run `\.ci\/setup`, or `docker pull/,
  );
});

test('another version: the error says which, and where', async () => {
  only('k6 v1.3.0 (go1.25, linux/amd64)');
  await expect(findK6(false)).rejects.toThrow(
    /needs? k6 2\.x, and .*\/bin\/k6 says "k6 v1\.3\.0 \(go1\.25, linux\/amd64\)"; put a k6 2\.x/,
  );
});

test('a k6 that no container can run is none for containers', async () => {
  only('k6 v2.2.0 (go1.26, linux/amd64)');
  await expect(findK6(true)).rejects.toThrow(/is no Linux program, no image/);
  expect(await findK6(false)).toMatchObject({ file: path.join(folder, 'bin', 'k6') });
});

test('every exit code is told apart from every other blame', () => {
  expect([0, 105].map((code) => k6Exit(code).well)).toEqual([true, true]);
  expect([97, 98, 99, 100, 101, 102, 103, 104, 106, 107, 108, 109, 110, 255, null].map((code) => k6Exit(code).well)).not.toContain(true);
  const words = [0, 97, 99, 100, 103, 104, 105, 107, 109, 110, 255, null].map((code) => k6Exit(code).words);
  expect(new Set(words).size).toBe(words.length);
});

describe('a load goes only where it stands', () => {
  test.each([
    ['127.0.0.1', '127.9.8.7'],
    ['10.201.3.70', '10.201.3.126'],
    ['198.18.0.5', '198.18.0.61'],
  ])('from %s to %s: it may', (from, to) => expect(() => onlyOwn('k6', from, to)).not.toThrow());

  test.each([
    ['127.0.0.1', '10.201.3.70'],
    ['127.0.0.1', '192.0.2.1'],
    ['10.201.3.70', '10.201.3.128'],
    ['10.201.3.70', '127.0.0.1'],
    ['10.201.3.70', '192.0.2.1'],
    ['10.201.3.70', 'service.invalid'],
    ['127.0.0.1', 'localhost'],
  ])('from %s to %s: refused', (from, to) => expect(() => onlyOwn('k6', from, to)).toThrow(/k6 may be aimed only at .* nothing was sent/));
});

await describeNeeding('docker', 'an image', () => {
  test('a k6 is taken out of an image that the engine has', async () => {
    const image = `faultline/k6-test:${process.pid}`;
    mkdirSync(path.join(folder, 'usr', 'bin'), { recursive: true });
    writeFileSync(path.join(folder, 'usr', 'bin', 'k6'), "#!/bin/sh\necho 'k6 v2.9.9 (from an image)'\n");
    chmodSync(path.join(folder, 'usr', 'bin', 'k6'), 0o755);
    const tar = execFileSync('tar', ['-C', folder, '-cf', '-', 'usr']);
    const id = execFileSync('docker', ['import', '-', image], { input: tar }).toString().trim().replace('sha256:', '').slice(0, 16);
    try {
      expect(await k6FromImage(image)).toMatchObject({ version: 'k6 v2.9.9 (from an image)' });
      expect(await k6FromImage('faultline/k6-test:none')).toBeNull();
    } finally {
      execFileSync('docker', ['image', 'rm', image]);
      rmSync(path.join(os.homedir(), '.cache', 'faultline', `k6-${id}`), { recursive: true, force: true });
    }
  });
});
