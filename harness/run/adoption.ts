import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Mapping, systemOf } from '../model/mapping.ts';
import { UsageError } from '../model/usage-error.ts';
import { complaints } from './complaints.ts';

/**
 * A scenario file's export with what it adopts laid out: `adopt` (a mapping, or the path of its file from the scenario's folder) becomes `system`, and its journeys are the first of `workload`.
 * What adopts nothing is returned as it is. Throws UsageError with the file, the place and what to write instead.
 */
export async function withAdopted(
  loaded: unknown,
  scenarioFile: string,
  load: (file: string, what: string) => Promise<unknown>,
): Promise<unknown> {
  if (typeof loaded !== 'object' || loaded === null || !('adopt' in loaded)) return loaded;
  const { adopt, ...rest } = loaded as { adopt: unknown; system?: unknown; workload?: { journeys?: object; read_back?: unknown } };
  const shown = path.relative(process.cwd(), scenarioFile) || scenarioFile;
  if (rest.system !== undefined) throw new UsageError(`${shown} has both \`adopt\` and \`system\`; say one of them`);
  if (typeof adopt !== 'string' && (typeof adopt !== 'object' || adopt === null))
    throw new UsageError(
      `${shown}: \`adopt\` is a mapping (\`adopt({ … })\`) or the path of a file with one, not ${JSON.stringify(adopt)}`,
    );
  const file = typeof adopt === 'string' ? path.resolve(path.dirname(scenarioFile), adopt) : null;
  const document = file === null ? adopt : await read(file, shown, load);
  const parsed = Mapping.safeParse(document);
  const place = file === null ? `${shown}, \`adopt\`,` : path.relative(process.cwd(), file);
  if (!parsed.success) throw new UsageError([`${place} is no mapping:`, ...complaints(parsed.error, document, Mapping)]);
  // What the author wrote, not what was parsed: durations are text, and are parsed with the scenario.
  const { journeys = {}, read_back } = document as { journeys?: object; read_back?: unknown };
  return {
    ...rest,
    system: systemOf(document as Mapping),
    workload: {
      ...(read_back === undefined ? {} : { read_back }),
      ...rest.workload,
      journeys: { ...journeys, ...rest.workload?.journeys },
    },
  };
}

async function read(file: string, scenario: string, load: (file: string, what: string) => Promise<unknown>): Promise<unknown> {
  if (!existsSync(file))
    throw new UsageError(`${scenario} adopts ${file}, and there is no such file; the path is taken from the scenario's folder`);
  if (!file.endsWith('.json')) return await load(file, 'a mapping');
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path.relative(process.cwd(), file)} cannot be read as a mapping: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
