import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { HISTORY } from '../evidence/history.ts';
import { catalogue } from '../gate/facts.ts';
import { digestsOf, mergeShards, readGate } from '../gate/record.ts';
import { UsageError } from '../model/usage-error.ts';
import { loadPolicy } from '../run/load.ts';
import { parse } from './arguments.ts';
import { answer } from './gate.ts';
import { checkOut } from './play.ts';

/** `faultline merge`: puts the shards of one gate together, and answers as the whole gate would have. Exit 3 where they overlap, one is missing, or they are of different gates or of other code. */
export async function mergeCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    out: { type: 'string', default: 'reports' },
    history: { type: 'string', default: HISTORY },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) throw new UsageError('merge takes the folders of all shards, for example `faultline merge reports/gate-*`');
  checkOut(values.out);
  const policy = await loadPolicy();
  const known = await catalogue(policy, values.history);
  const shards = positionals.map((word) => {
    const file = existsSync(word) && statSync(word).isDirectory() ? path.join(word, 'gate.json') : word;
    return { file, record: readGate(file) };
  });
  return await answer(mergeShards(shards, digestsOf(known)), known, policy, values);
}
