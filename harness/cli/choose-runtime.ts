import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import { runtimesOf } from '../run/runtimes-of.ts';

/** Which runtime a scenario is played on, and why not on containers where it was not asked for by name. */
export interface Chosen {
  readonly runtime: RuntimeName;
  readonly why: string | null;
}

/** `auto`: containers when an engine answers and every image is built; else local processes, with the one command that gets containers. */
export async function chooseRuntime(scenario: Scenario, asked: 'auto' | RuntimeName): Promise<Chosen> {
  if (asked !== 'auto') return { runtime: asked, why: null };
  const can = runtimesOf(scenario);
  const [only] = can;
  if (only === 'adopted' || only === 'compose') return { runtime: only, why: null };
  if (!can.includes('process')) return { runtime: 'docker', why: null };
  if (!can.includes('docker')) return { runtime: 'process', why: null };
  const command = `npx faultline run ${scenario.id} --runtime docker`;
  const { engine } = await import('../runtime/docker/engine.ts');
  const found = await engine();
  if (!found.ok)
    return {
      runtime: 'process',
      why: `on local processes, because ${found.why}; with an engine (on Debian as root: .ci/setup), \`${command}\` builds the images and runs it on containers`,
    };
  const { missingImages } = await import('../runtime/docker/image.ts');
  const missing = await missingImages(scenario.system);
  if (missing.length > 0)
    return {
      runtime: 'process',
      why: `on local processes, because ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not built; \`${command}\` builds and runs on containers`,
    };
  return { runtime: 'docker', why: null };
}
