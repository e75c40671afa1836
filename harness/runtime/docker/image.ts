import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Service, System } from '../../model/system.ts';
import { ROOT } from '../root.ts';
import { engine, LABEL, needEngine, unless } from './engine.ts';

const execute = promisify(execFile);

/** What the Node services and the observer need of this repository; pg's packages are all that they use of npm's. */
const CODE = ['package.json', 'harness/model', 'harness/observer', 'harness/runtime/postgres.ts', 'fixtures/system', 'fixtures/contract'];
const PACKAGES = [
  'pg',
  'pg-connection-string',
  'pg-int8',
  'pg-pool',
  'pg-protocol',
  'pg-types',
  'pgpass',
  'postgres-array',
  'postgres-bytea',
  'postgres-date',
  'postgres-interval',
  'split2',
  'xtend',
  'zod',
];

/** The base image of our Dockerfiles where the distribution's own cannot be pulled. */
const BOOTSTRAPPED = 'faultline/base:bookworm';

/** The image of the observer: Node and this repository's code. */
export const OBSERVER_IMAGE = { image: 'faultline/node:dev', build: { context: 'fixtures/images/node', args: {}, code: true } };

type Built = Pick<Service, 'image' | 'build'>;

/** The images that a system (and the observer beside it) needs and that are not there, or were built from other files than those here. */
export async function missingImages(system: System): Promise<readonly string[]> {
  const docker = await engine();
  if (!docker.ok) return [...new Set(imagesOf(system).map((each) => each.image ?? ''))];
  const missing = await Promise.all(
    imagesOf(system).map(async ({ image = '', build }) => {
      const seen = await unless([404], docker.dockerode.getImage(image).inspect());
      if (seen === undefined) return image;
      return build === undefined || seen.Config.Labels?.[LABEL.digest] === digestOf(build) ? [] : image;
    }),
  );
  return [...new Set(missing.flat())];
}

/** Makes sure that all of a system's images are there: builds what is missing or older than its files, pulls what has no build. */
export async function ensureImages(system: System, progress: (line: string) => void): Promise<void> {
  const missing = new Set(await missingImages(system));
  for (const each of imagesOf(system)) if (missing.delete(each.image ?? '')) await ensureImage(each, progress);
}

async function ensureImage({ image = '', build }: Built, progress: (line: string) => void): Promise<void> {
  const docker = await needEngine();
  if (build === undefined) {
    progress(`pulling ${image}`);
    try {
      const stream = await docker.pull(image);
      await new Promise<void>((resolve, reject) =>
        docker.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error))),
      );
    } catch (error) {
      throw new Error(
        `the image ${image} is not here and cannot be pulled: ${(error as Error).message}; pull or build it by hand, or give the service a \`build\``,
        { cause: error },
      );
    }
    return;
  }
  const began = performance.now();
  progress(`building ${image} from ${build.context}`);
  const staged = await stage(build);
  const before = await unless([404], docker.getImage(image).inspect());
  try {
    const base =
      process.env.FAULTLINE_BASE ??
      ((await unless([404], docker.getImage(BOOTSTRAPPED).inspect())) === undefined ? undefined : BOOTSTRAPPED);
    const stream = await docker.buildImage(
      { context: staged.folder, src: readdirSync(staged.folder) },
      {
        t: image,
        buildargs: { ...(base === undefined ? {} : { BASE: base }), ...build.args },
        labels: { [LABEL.digest]: digestOf(build) },
        forcerm: true,
        ...(build.target === undefined ? {} : { target: build.target }),
      },
    );
    await new Promise<void>((resolve, reject) => {
      const last: string[] = [];
      docker.modem.followProgress(
        stream,
        (error) =>
          error === null
            ? resolve()
            : reject(
                new Error(`building ${image} failed: ${error.message}; the last that it said: ${last.slice(-5).join(' / ')}`, {
                  cause: error,
                }),
              ),
        (event: { stream?: string; error?: string }) => {
          const text = event.stream?.trim() ?? '';
          if (text !== '') last.push(text);
          if (text.startsWith('Step ')) progress(`  ${text.slice(0, 100)}`);
        },
      );
    });
  } finally {
    staged.remove();
  }
  // The image of the same name from before has no name any more.
  if (before !== undefined)
    await docker
      .getImage(before.Id)
      .remove()
      .catch(() => undefined);
  progress(`built ${image} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function imagesOf(system: System): readonly Built[] {
  const all: Built[] = [OBSERVER_IMAGE, ...Object.values(system.services).filter((service) => service.image !== undefined)];
  return [...new Map(all.map((each) => [each.image, each])).values()];
}

const digests = new Map<string, string>();

/** A digest over everything that an image is built from. */
function digestOf(build: NonNullable<Service['build']>): string {
  const key = JSON.stringify(build);
  const known = digests.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(key);
  const files = [path.join(ROOT, build.context), ...(build.code ? CODE.map((each) => path.join(ROOT, each)) : [])];
  for (const file of files.flatMap(filesBelow).sort())
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  if (build.code)
    hash
      .update(process.versions.node)
      .update(PACKAGES.map((name) => readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).join('\0'));
  const digest = hash.digest('hex').slice(0, 32);
  digests.set(key, digest);
  return digest;
}

function filesBelow(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|contract)\.ts$|\.whl$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The build's context: the folder itself, or a copy of it with the Node binary and the code beside the Dockerfile. */
async function stage(build: NonNullable<Service['build']>): Promise<{ folder: string; remove(): void }> {
  const context = path.join(ROOT, build.context);
  await fetchFirst(context);
  if (!build.code) return { folder: context, remove: () => undefined };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-context-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(context, folder, { recursive: true });
    linkOrCopy(await linuxNode(), path.join(folder, 'node'));
    for (const each of CODE)
      if (existsSync(path.join(ROOT, each)))
        cpSync(path.join(ROOT, each), path.join(folder, 'app', each), {
          recursive: true,
          filter: (name) => !/\.(test|contract)\.ts$/.test(name),
        });
    for (const name of PACKAGES)
      cpSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'app', 'node_modules', name), { recursive: true });
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Some contexts need files from outside first; their own script `fetch` gets them, on the host, and does nothing when they are there. */
async function fetchFirst(context: string): Promise<void> {
  const script = path.join(context, 'fetch');
  if (!existsSync(script)) return;
  accessSync(script, constants.X_OK);
  await execute(script, [], { cwd: context });
}

/** A Node binary for Linux: our own, or the one that npm carries for it. */
async function linuxNode(): Promise<string> {
  if (process.platform === 'linux') return process.execPath;
  const name = `node-linux-${process.arch}`;
  const file = path.join(ROOT, 'node_modules', name, 'bin', 'node');
  if (!existsSync(file)) await execute('npm', ['install', '--no-save', '--force', `${name}@${process.versions.node}`], { cwd: ROOT });
  return file;
}

function linkOrCopy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    // Another file system.
    copyFileSync(from, to);
  }
}
