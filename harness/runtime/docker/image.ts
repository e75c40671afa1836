import { readdirSync } from 'node:fs';
import type Dockerode from 'dockerode';
import type { Service, System } from '../../model/system.ts';
import { type Build, contextOf, digestOf } from './context.ts';
import { engine, LABEL, needEngine, unless } from './engine.ts';

/** The base image of our Dockerfiles where the distribution's own cannot be pulled. */
const BOOTSTRAPPED = 'faultline/base:bookworm';

/** The image of the observer: Node and this repository's code. */
export const OBSERVER_IMAGE = { image: 'faultline/node:dev', build: { context: 'fixtures/images/node', args: {}, code: true } };

/** What an image is called and how it is made; without a `build` it is pulled. */
export type Built = Pick<Service, 'image' | 'build'>;

/** The images that a system (and the observer beside it) needs and that are not there, or were built from other files than those here. */
export async function missingImages(system: System): Promise<readonly string[]> {
  const docker = await engine();
  if (!docker.ok) return imagesOf(system).map((each) => each.image ?? '');
  const missing = await Promise.all(
    imagesOf(system).map(async (each) => ((await present(docker.dockerode, each)) === null ? [each.image ?? ''] : [])),
  );
  return missing.flat();
}

/** Makes sure that all of a system's images are there, and returns their ids by name: whatever a name means later, a stand-up runs what it was given. */
export async function ensureImages(
  system: System,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  // One after the other: they share layers.
  for (const each of imagesOf(system)) ids.set(each.image ?? '', await ensureImage(each, progress, signal));
  return ids;
}

/** Builds an image that is missing or older than its files, pulls one that has no build; returns its id. Does nothing when it is there. */
export async function ensureImage(image: Built, progress: (line: string) => void, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const docker = await needEngine();
  const id = await present(docker, image);
  if (id !== null) return id;
  if (image.build !== undefined) return await build(docker, image.image ?? '', image.build, progress, signal);
  return await pull(docker, image.image ?? '', progress, signal);
}

/** The image's id; null when it is not there, or was built from something else. */
async function present(docker: Dockerode, { image = '', build }: Built): Promise<string | null> {
  const seen = await unless([404], docker.getImage(image).inspect());
  if (build === undefined) return seen?.Id ?? null;
  const wanted = digestOf(build);
  if (seen?.Config.Labels?.[LABEL.digest] === wanted) return seen.Id;
  // Another checkout may have given the name to its own since: what was built from these very files is still there.
  const [same] = await docker.listImages({ filters: { label: [`${LABEL.digest}=${wanted}`] } });
  return same?.Id ?? null;
}

async function pull(docker: Dockerode, image: string, progress: (line: string) => void, signal: AbortSignal): Promise<string> {
  progress(`pulling ${image}`);
  try {
    const stream = await docker.pull(image, { abortSignal: signal });
    await finished(docker, stream, () => undefined);
    return (await docker.getImage(image).inspect()).Id;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `the image ${image} is not here and cannot be pulled: ${(error as Error).message}; pull or build it by hand, or give the service a \`build\``,
      { cause: error },
    );
  }
}

/** By the engine's own builder, which dockerode feeds with a tar stream that it packs itself: no docker command is needed. One line of progress per step. */
async function build(docker: Dockerode, image: string, how: Build, progress: (line: string) => void, signal: AbortSignal): Promise<string> {
  const began = performance.now();
  progress(`building ${image} from ${how.context}`);
  // Before the files are copied: if one changes in between, the image looks older than it is, and is built again.
  const digest = digestOf(how);
  const found = await engine();
  const context = await contextOf(how, found.ok ? found.architecture : process.arch);
  const last: string[] = [];
  let id: string | null = null;
  try {
    const stream = await docker.buildImage(
      { context: context.folder, src: readdirSync(context.folder) },
      {
        t: image,
        buildargs: { ...(await base(docker)), ...how.args },
        labels: { [LABEL.digest]: digest },
        forcerm: true,
        abortSignal: signal,
        ...(how.target === undefined ? {} : { target: how.target }),
      },
    );
    await finished(docker, stream, ({ stream: said = '', aux }) => {
      id = aux?.ID ?? id;
      const text = said.trim();
      if (text !== '') last.push(text);
      if (text.startsWith('Step ')) progress(`  ${text.slice(0, 100)}`);
    });
    // A stream that was cut off ends like one that is complete.
    if (id === null) throw new Error('the engine stopped before it named the image');
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `building ${image} from ${how.context} failed: ${(error as Error).message}; the last that it said: ${last.slice(-5).join(' / ')}`,
      { cause: error },
    );
  } finally {
    context.remove();
  }
  // Images of ours that lost their name to a newer one; not those of an hour, which a run beside this one may be about to start.
  await unless([409], docker.pruneImages({ filters: { dangling: ['true'], label: [LABEL.digest], until: ['1h'] } }));
  progress(`built ${image} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  // What was built here, whatever another build of the same name made of the name meanwhile.
  return id;
}

async function base(docker: Dockerode): Promise<{ BASE?: string }> {
  const told = process.env['FAULTLINE_BASE'];
  if (told !== undefined && told !== '') return { BASE: told };
  return (await unless([404], docker.getImage(BOOTSTRAPPED).inspect())) === undefined ? {} : { BASE: BOOTSTRAPPED };
}

/** What the engine says while it builds or pulls; `aux` names the image that was made. */
interface BuildEvent {
  readonly stream?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Resolves at the end of what the engine says, rejects with the error among it, which docker-modem takes for one more line. */
async function finished(docker: Dockerode, stream: NodeJS.ReadableStream, hear: (event: BuildEvent) => void): Promise<void> {
  let failed: string | null = null;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error === null ? resolve() : reject(error)),
      (event: BuildEvent) => {
        failed ??= event.error ?? null;
        hear(event);
      },
    );
  });
  if (failed !== null) throw new Error(failed);
}

function imagesOf(system: System): readonly Built[] {
  const all: Built[] = [OBSERVER_IMAGE, ...Object.values(system.services).filter((service) => service.image !== undefined)];
  return [...new Map(all.map((each) => [each.image, each])).values()];
}
