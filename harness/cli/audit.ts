import { EXIT } from '../model/reason.ts';
import { auditAll } from '../run/audit/audit.ts';
import { inWords } from '../run/audit/residue.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** `faultline audit`: what runs that are over left behind, each with the command that removes it. Changes nothing. Exit 4 when there is something. */
export async function auditCommand(words: readonly string[]): Promise<number> {
  const { values } = parse(words, { json: { type: 'boolean', default: false } });
  const { residue, alive, foreign } = await auditAll();
  if (values.json) out(JSON.stringify({ residue, alive, foreign }, null, 2));
  else {
    for (const each of residue) out(inWords(each));
    for (const run of alive) out(`${run} is alive: what carries its mark was left out`);
    for (const each of foreign) out(`${each}: not ours, left out`);
    out(
      residue.length === 0
        ? 'nothing is left'
        : `${residue.length} left; \`npx faultline heal\` removes what runs that died have left; the commands above, anything else`,
    );
  }
  return residue.length === 0 ? EXIT.held : EXIT.unhealed;
}
