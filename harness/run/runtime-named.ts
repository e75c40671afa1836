import type { Runtime, RuntimeName } from '../model/runtime.ts';

/** The runtime of this name, loaded only when it is wanted: testcontainers takes most of a second. */
export async function runtimeNamed(name: RuntimeName): Promise<Runtime> {
  if (name === 'docker') return (await import('../runtime/docker/docker.ts')).dockerRuntime;
  if (name === 'adopted') return (await import('../runtime/adopted/adopted.ts')).adoptedRuntime;
  if (name === 'compose') return (await import('../runtime/compose/compose.ts')).composeRuntime;
  return (await import('../runtime/process/process.ts')).processRuntime;
}
