import type { Capabilities, RuntimeName } from '../model/runtime.ts';
import { FAMILIES, type FaultDefinition, notOffered } from './definition.ts';
import { DEFINITIONS } from './faults.ts';

/** What each runtime can, by its name. */
export type Runtimes = Readonly<Partial<Record<RuntimeName, Capabilities>>>;

/** README.md of this folder: every fault, what it touches, how it is seen and undone, and on which runtime it is offered; why not, below. A test holds the file against it. */
export function faultReadme(runtimes: Runtimes): string {
  const names = Object.keys(runtimes) as RuntimeName[];
  const reasons: string[] = [];
  const offered = (definition: FaultDefinition) =>
    names.map((name) => {
      const why = notOffered(definition, runtimes[name] as Capabilities);
      if (why === null) return 'yes';
      if (!reasons.includes(why)) reasons.push(why);
      return `no ${superscript(reasons.indexOf(why) + 1)}`;
    });
  const parts = FAMILIES.flatMap((family) => {
    const own = DEFINITIONS.filter((definition) => definition.family === family);
    if (own.length === 0) return [];
    return [
      `## ${family}`,
      '',
      `| fault | what it does | connections | seen by | undone by | ${names.map((name) => HEADS[name] ?? name).join(' | ')} |`,
      `|---|---|---|---|---|${names.map(() => '---|').join('')}`,
      ...own.map((each) => {
        const cells = [`\`${each.kind}\``, each.does, each.touches, each.seen_by, each.undone_by, ...offered(each)];
        return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      }),
      '',
    ];
  });
  return [...INTRODUCTION, ...parts, '## Not offered, because', '', ...reasons.map((why, i) => `${i + 1}. ${why}`), ''].join('\n');
}

/** Systems that run already are adopted as a compose project, or by the addresses of their services. */
const HEADS: Readonly<Partial<Record<RuntimeName, string>>> = { compose: 'adopted by compose', adopted: 'adopted by address' };

const INTRODUCTION = [
  '# Faults',
  '',
  'Each stands in a file of the folder of its family (`grep -rl "\'drop-port\'" harness/fault` finds it); `npx faultline schema scenario` prints its parameters. This table is made from the definitions, and a test holds it against them.',
  '',
  '`connections`: which ones a fault touches, those made after it (new), those open already (existing), both, or none. `seen by`: no fault is believed because it was asked for; this is the path by which',
  'its effect is seen, at every interval of the load (a fiftieth of the RTO promised, at most 20 ms), and it is never the path by which it was injected. Not seen within `confirm_within`: the run is inconclusive, and says what was seen instead.',
  '',
  'Combined: `together` (several at one moment that count as one), `after` another was confirmed, `on` an event (`new primary`, a service dead or alive, a fault healed), `repeat`, at a random moment (`at: { between: […] }`).',
  '',
  'To add one, copy [lifecycle/pause.ts](lifecycle/pause.ts) (seen in readiness) or one of `network/` (seen by sights of its own): its parameters in `../model/faults/` (and a line in `../model/faults/witness.ts` where it kills its targets), a file and a line',
  "in its family's `index.ts` here, a case in the family's test: `fault.contract.ts` then demands that it takes hold, lets go, lets go twice, lets go by its undo alone, and is never confirmed when its injector is sabotaged.",
  '',
];

function superscript(n: number): string {
  return `<sup>${n}</sup>`;
}
