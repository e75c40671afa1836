import { chromium, k6, toxiproxy } from '../faces/tools.ts';
import { EXIT } from '../model/reason.ts';
import { System } from '../model/system.ts';
import { type Engine, engine } from '../runtime/docker/engine.ts';
import { embeddedPostgres } from '../runtime/postgres.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** One need: there or not, which version, how to get it, and what it would enable. */
interface Need {
  readonly need: string;
  readonly there: boolean;
  readonly version: string | null;
  readonly get: string;
  readonly enables: string;
}

/** `faultline doctor`: what this machine has. Never hangs: each question has its own limit. */
export async function doctorCommand(words: readonly string[]): Promise<number> {
  const { values } = parse(words, { json: { type: 'boolean', default: false } });
  const docker = await engine();
  const needs: Need[] = [
    {
      need: 'node',
      there: Number(process.versions.node.split('.')[0]) >= 24,
      version: process.versions.node,
      get: 'npm ci',
      enables: 'everything',
    },
    postgres(),
    {
      need: 'docker',
      there: docker.ok,
      version: docker.ok ? docker.version : null,
      get: docker.ok ? '' : `.ci/setup (as root on Debian), or install Docker; ${docker.why}`,
      enables: 'scenarios on containers: the ones that prove something',
    },
    await images(docker),
    await tool('k6', k6, '.ci/setup builds it; or install k6 and have it on PATH', 'floods and bulk load'),
    await tool('toxiproxy', toxiproxy, '.ci/setup builds it; or install toxiproxy-server and have it on PATH', 'network faults on links'),
    await tool(
      'chromium',
      chromium,
      'apt-get install chromium, or .ci/setup',
      'pictures of reports, and their tests in a browser, pictures of reports',
    ),
  ];
  if (values.json) out(JSON.stringify(needs, null, 2));
  else
    for (const { need, there, version, get, enables } of needs) {
      out(`${there ? '✓' : '✗'} ${need.padEnd(10)} ${there ? (version ?? 'there') : `missing: ${get}`}`);
      out(`             ${enables}`);
    }
  return EXIT.held;
}

function postgres(): Need {
  const found = embeddedPostgres();
  const there = 'version' in found;
  return {
    need: 'postgresql',
    there,
    version: there ? found.version : null,
    get: there ? '' : found.missing,
    enables: 'the quickstart on local processes',
  };
}

async function images(docker: Engine): Promise<Need> {
  const get = 'npx faultline run SCENARIO --runtime docker builds what it needs';
  const enables = 'runs on containers without waiting for a build';
  if (!docker.ok) return { need: 'images', there: false, version: null, get, enables };
  const { missingImages } = await import('../runtime/docker/image.ts');
  const { loadScenario, scenarioFiles } = await import('../run/load.ts');
  const missing = new Set<string>();
  for (const id of scenarioFiles().keys())
    for (const image of await missingImages(System.parse((await loadScenario(id)).system))) missing.add(image);
  return {
    need: 'images',
    there: missing.size === 0,
    version: null,
    get: missing.size === 0 ? '' : `${[...missing].join(', ')}: ${get}`,
    enables,
  };
}

async function tool(need: string, find: () => Promise<{ version: string } | null>, get: string, enables: string): Promise<Need> {
  const found = await find();
  return { need, there: found !== null, version: found?.version ?? null, get: found === null ? get : '', enables };
}
