import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../../faces/needs.ts';
import { ROOT } from '../root.ts';
import { needEngine, unless } from './engine.ts';
import { type Built, ensureImage, missingImages, OBSERVER_IMAGE } from './image.ts';

await describeNeeding('docker', 'images', () => {
  const name = `faultline-test-image:${process.pid}`;
  const signal = new AbortController().signal;
  let folder = '';
  const image = (): Built => ({ image: name, build: { context: path.relative(ROOT, folder), args: {}, code: false } });
  const dockerfile = (...lines: string[]) => writeFileSync(path.join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-image-'));
    // Whatever the base of our images is on this machine: this one is built from it.
    await ensureImage(OBSERVER_IMAGE, () => undefined, signal);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await unless([404], (await needEngine()).getImage(name).remove({ force: true }));
  });

  test('a missing one is built, step by step; one that is there is left alone; one whose files changed is built again', async () => {
    dockerfile('FROM faultline/node:dev', 'COPY word /word');
    writeFileSync(path.join(folder, 'word'), 'first');
    const told: string[] = [];
    const first = await ensureImage(image(), (line) => told.push(line), signal);
    expect(told).toEqual([
      `building ${name} from ${image().build?.context}`,
      '  Step 1/3 : FROM faultline/node:dev',
      '  Step 2/3 : COPY word /word',
      expect.stringMatching(/^ {2}Step 3\/3 : LABEL faultline\.digest=/),
      expect.stringMatching(/^built faultline-test-image:\d+ in [\d.]+ s$/),
    ]);
    expect(await ensureImage(image(), (line) => told.push(line), signal)).toBe(first);
    expect(told).toHaveLength(5);
    writeFileSync(path.join(folder, 'word'), 'second');
    const second = await ensureImage(image(), () => undefined, signal);
    expect(second).not.toBe(first);
    await unless([404, 409], (await needEngine()).getImage(first).remove());
  });

  test('a system whose images are there lacks none; what is not there is named', async () => {
    const service = {
      env: {},
      ports: {},
      labels: {},
      stateful: false,
      after: [],
      capabilities: [],
      init: true,
    };
    const system = {
      name: 'images',
      services: { there: { ...service, ...OBSERVER_IMAGE }, not: { ...service, image: 'faultline-test-nowhere:1' } },
    };
    expect(await missingImages(system)).toEqual(['faultline-test-nowhere:1']);
  });

  test('a step that fails is told with what it said', async () => {
    dockerfile('FROM faultline/node:dev', 'RUN echo the mirror is down && exit 4');
    await expect(ensureImage(image(), () => undefined, signal)).rejects.toThrow(
      /^building faultline-test-image:\d+ from .* failed: .*returned a non-zero code: 4; the last that it said: .*the mirror is down/s,
    );
  });

  test('a build that is called off ends soon', async () => {
    dockerfile('FROM faultline/node:dev', 'RUN sleep 3000');
    const controller = new AbortController();
    const building = ensureImage(image(), (line) => line.includes('Step 2/') && controller.abort(new Error('Ctrl-C')), controller.signal);
    // It sleeps for longer than a test may take: that this ends at all is soon enough, on a busy machine, too.
    await expect(building).rejects.toThrow('Ctrl-C');
  });

  test('one that cannot be pulled says what to do', async () => {
    await expect(ensureImage({ image: '127.0.0.1:1/nobody/here:1' }, () => undefined, signal)).rejects.toThrow(
      /^the image 127\.0\.0\.1:1\/nobody\/here:1 is not here and cannot be pulled: .*; pull or build it by hand, or give the service a `build`$/s,
    );
  });
});
