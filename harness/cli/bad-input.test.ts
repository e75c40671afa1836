import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plant, RTO, writePlanted } from '../../fixtures/recordings/plant.ts';

const ROOT = path.join(import.meta.dirname, '../..');

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-bad-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Every mistake is answered on one screen, with the place and the mend, by exit code 3, without a stack. */
describe('bad input', () => {
  test.each(['misspelt', 'names', 'promises', 'units', 'throws', 'nothing'])('a scenario: %s', async (name) => {
    const { code, text } = await faultline('plan', `fixtures/scenarios/bad/${name}.ts`);
    expect(text).toMatchSnapshot();
    expect(code).toBe(3);
    expect(text).not.toMatch(/^\s+at /m);
  });

  test.each(
    [
      ['runn', 'quickstart'],
      ['run', 'quickstat'],
      ['run', 'quickstart', '--runtme', 'docker'],
      ['run', 'quickstart', '--runtime', 'doker'],
      ['run', 'quickstart', '--sabotage', 'asynchronos-replication', '--runtime', 'process'],
      ['run', 'database-failover-keeps-acknowledged-orders@kil', '--runtime', 'docker'],
      ['run', 'database-failover-keeps-acknowledged-orders', '--runtime', 'process'],
      ['run', 'quickstart', '--seed', '-1'],
      ['run', 'quickstart', '--repeat-each', '0'],
      ['plan'],
      ['schema', 'verdcit'],
      ['judge', 'harness'],
      ['judge', 'no/such/folder'],
    ].map((words) => ({ line: words.join(' '), words })),
  )('words: $line', async ({ words }) => {
    const { code, text } = await faultline(...words);
    expect(text).toMatchSnapshot();
    expect(code).toBe(3);
  });

  test('a plan that is no plan, and one of a newer format', async () => {
    const none = path.join(place, 'none.json');
    writeFileSync(none, '{"format":1,"kind":"faultline.plan"');
    const newer = path.join(place, 'newer.json');
    writeFileSync(newer, '{"format":99,"kind":"faultline.plan"}');
    expect((await faultline('run', none)).text).toMatch(/none\.json cannot be read as a plan: .*JSON/);
    expect((await faultline('run', newer)).text).toMatch(/newer\.json has format 99; this Faultline reads up to 1: use a newer one/);
  });

  test('a folder for reports that cannot be written: nothing is started', async () => {
    const file = path.join(place, 'a-file');
    writeFileSync(file, '');
    const { code, text } = await faultline('run', 'quickstart', '--runtime', 'process', '--out', path.join(file, 'reports'));
    expect(text).toMatch(/--out .*a-file\/reports cannot be written: .*name another folder with --out/);
    expect(code).toBe(3);
  });

  test('a read-only folder for reports: nothing is started', async () => {
    // Root may write anywhere but where the kernel itself says no.
    const readOnly = process.getuid?.() === 0 && process.platform === 'linux' ? '/sys/faultline' : path.join(place, 'read-only');
    if (readOnly.startsWith(place)) {
      mkdirSync(readOnly);
      chmodSync(readOnly, 0o555);
    }
    const { code, text } = await faultline('run', 'quickstart', '--runtime', 'process', '--out', readOnly);
    expect(text).toMatch(/cannot be written: .*name another folder with --out/);
    expect(code).toBe(3);
  });

  test('no engine answers: said in one line, with what to do', async () => {
    const { code, text } = await faultlineWith(
      { DOCKER_HOST: 'unix:///no/such/socket' },
      'run',
      'quickstart',
      '--runtime',
      'docker',
      '--out',
      place,
    );
    expect(code).toBe(3);
    expect(text).toMatch(/no Docker engine answers .*--runtime process/);
  });

  test('a recording that was cut off, edited, or written by a newer Faultline never passes', async () => {
    const planted = plant({ objectives: [RTO] });
    const folder = path.join(place, 'recording');
    mkdirSync(folder);
    writePlanted(planted, folder);
    expect((await faultline('judge', folder)).code).toBe(0);

    const timeline = path.join(folder, 'timeline.jsonl');
    const whole = readFileSync(timeline, 'utf8');
    writeFileSync(timeline, whole.slice(0, whole.length / 2));
    expect(await faultline('judge', folder)).toMatchObject({
      code: 2,
      text: expect.stringMatching(/recording\.(truncated|altered)/) as string,
    });
    writeFileSync(timeline, whole.replace('"o":"ok"', '"o":"ko"').replace('"w":"p"', '"w":"f"'));
    expect((await faultline('judge', folder)).code).toBe(2);
    writeFileSync(timeline, whole);
    const plan = JSON.parse(readFileSync(path.join(folder, 'plan.json'), 'utf8')) as { format: number };
    writeFileSync(path.join(folder, 'plan.json'), JSON.stringify({ ...plan, format: 7 }));
    expect(await faultline('judge', folder)).toMatchObject({ code: 3, text: expect.stringMatching(/format 7/) as string });
  });
});

async function faultline(...words: string[]) {
  return await faultlineWith({}, ...words);
}

async function faultlineWith(more: Record<string, string>, ...words: string[]): Promise<{ code: number; text: string }> {
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      ['harness/cli/bin.js', ...words],
      { cwd: ROOT, env: { ...process.env, FAULTLINE_STACK: '0', ...more } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: (stdout + stderr).replaceAll(ROOT, '<root>') });
      },
    );
  });
}
