import { execFile } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Tool } from '../faces/tools.ts';
import { engine, unless } from '../runtime/docker/engine.ts';

const execute = promisify(execFile);
/** The image that is looked for; FAULTLINE_K6_IMAGE names another. It is never pulled by itself. */
export const K6_IMAGE = process.env['FAULTLINE_K6_IMAGE'] ?? 'grafana/k6:2.2.0';
const INSIDE = '/usr/bin/k6';
const ANSWER_WITHIN_MS = 5000;

/** The k6 of an image that the engine has, taken out of it into the user's cache once (it is a static binary); null without an engine or an image. */
export async function k6FromImage(image = K6_IMAGE): Promise<Tool | null> {
  const found = await engine();
  if (!found.ok) return null;
  const docker = found.dockerode;
  const seen = await unless([404], docker.getImage(image).inspect());
  if (seen === undefined) return null;
  const folder = path.join(os.homedir(), '.cache', 'faultline', `k6-${seen.Id.replace('sha256:', '').slice(0, 16)}`);
  const file = path.join(folder, 'k6');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const unpacking = mkdtempSync(path.join(folder, '.unpacking-'));
    const container = await docker.createContainer({ Image: image, Cmd: ['version'] });
    try {
      const archive = path.join(unpacking, 'k6.tar');
      await pipeline(await container.getArchive({ path: INSIDE }), createWriteStream(archive));
      await execute('tar', ['-xf', archive, '-C', unpacking]);
      // Moved, so that one that was cut off never looks done.
      renameSync(path.join(unpacking, 'k6'), file);
    } finally {
      await container.remove({ force: true });
      rmSync(unpacking, { recursive: true, force: true });
    }
  }
  return { file, version: await versionOf(file, image) };
}

/** What it says of itself; where it cannot run, its image's tag says it. */
async function versionOf(file: string, image: string): Promise<string> {
  if (process.platform !== 'linux') return image;
  const { stdout } = await execute(file, ['version'], { timeout: ANSWER_WITHIN_MS });
  return stdout.trim().split('\n')[0] ?? '';
}
