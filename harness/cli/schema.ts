import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { TimelineEvent } from '../model/event.ts';
import { Mapping } from '../model/mapping.ts';
import { Plan } from '../model/plan.ts';
import { ProjectPolicy } from '../model/project-policy.ts';
import { EXIT } from '../model/reason.ts';
import { ScenarioIn } from '../model/scenario.ts';
import { UsageError } from '../model/usage-error.ts';
import { Verdict } from '../model/verdict.ts';
import { ROOT } from '../runtime/root.ts';
import { nearest } from '../runtime/template.ts';
import { out } from './out.ts';

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  verdict: Verdict,
  plan: Plan,
  scenario: ScenarioIn,
  mapping: Mapping,
  policy: ProjectPolicy,
  timeline: TimelineEvent,
};

/** `faultline schema NAME`: the JSON Schema of what is read and written. For the timeline: of one line. */
export async function schemaCommand(words: readonly string[]): Promise<number> {
  const [name = ''] = words;
  const schema = SCHEMAS[name];
  if (schema === undefined || words.length > 1)
    throw new UsageError(`schema takes one of ${Object.keys(SCHEMAS).join(', ')}${name === '' ? '' : nearest(name, Object.keys(SCHEMAS))}`);
  out(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2));
  return await Promise.resolve(EXIT.held);
}

/** `faultline --version`. */
export async function versionCommand(_words: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  out(version);
  return await Promise.resolve(EXIT.held);
}
