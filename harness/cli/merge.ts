import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { HISTORY } from '../evidence/history.ts';
import { catalogue } from '../gate/facts.ts';
import { historyIn, newGateFolder, recordFile } from '../gate/gate-folder.ts';
import { joinHistories } from '../gate/join-histories.ts';
import { checkKept, digestsOf, mergeShards, readGate } from '../gate/record.ts';
import { UsageError } from '../model/usage-error.ts';
import { loadPolicy } from '../run/load.ts';
import { parse } from './arguments.ts';
import { answer } from './gate.ts';
import { checkHistory, checkOut } from './play.ts';

/**
 * `faultline merge`: puts the shards of one gate together, with the evidence that each brings in its `history/`, and answers as the whole gate would have. What lies in `--history` and what the shards brought, as one, goes into
 * the merged gate's own `history/`, and with `--keep` into `--history` as well. Exit 3, and nothing is written, where they overlap, one is missing or not whole, or they are of different gates or of other code.
 */
export async function mergeCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    out: { type: 'string', default: 'reports' },
    history: { type: 'string', default: HISTORY },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) throw new UsageError('merge takes the folders of all shards, for example `faultline merge reports/gate-*`');
  checkOut(values.out);
  const policy = await loadPolicy();
  const known = await catalogue(policy, values.history);
  const shards = positionals.map((word) => {
    const file = existsSync(word) && statSync(word).isDirectory() ? recordFile(word) : word;
    return { file, record: readGate(file) };
  });
  const digests = digestsOf(known);
  const merged = mergeShards(shards, digests);
  const joined = joinHistories([values.history, ...shards.map(({ file }) => historyIn(path.dirname(file)))], digests);
  checkKept(shards, joined.evidence);
  if (values.keep) checkHistory(values.history, [...joined.evidence.keys()]);
  const place = newGateFolder(values.out, merged);
  joined.keep(historyIn(place));
  // Whatever the answer: what failed is evidence, too.
  if (values.keep) joined.keep(values.history);
  return await answer(place, merged, await catalogue(policy, historyIn(place)), policy, { json: values.json, history: historyIn(place) });
}
