import { readFile } from 'node:fs/promises';

/** The service beside which these eyes sit, seen through its first process: its own files, its own cgroup. */
export const ROOT = '/proc/1/root';
const CGROUP = `${ROOT}/sys/fs/cgroup`;

/** The numbers of a cgroup's file of lines `name number`, as version 1 or version 2 of cgroups has it. Throws when neither is there. */
export async function numbersOf(v1: string, v2: string): Promise<ReadonlyMap<string, number>> {
  const text = await textOf(v1, v2);
  return new Map(text.split('\n').flatMap((line) => (line.includes(' ') ? [[line.split(' ')[0] ?? '', Number(line.split(' ')[1])]] : [])));
}

/** The one number of a cgroup's file; infinite for `max`. */
export async function numberOf(v1: string, v2: string): Promise<number> {
  const text = (await textOf(v1, v2)).trim();
  return text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
}

async function textOf(v1: string, v2: string): Promise<string> {
  try {
    return await readFile(`${CGROUP}/${v1}`, 'utf8');
  } catch {
    return await readFile(`${CGROUP}/${v2}`, 'utf8');
  }
}
