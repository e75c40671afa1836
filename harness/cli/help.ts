import { EXIT } from '../model/reason.ts';
import { out } from './out.ts';

export const HELP = `faultline: breaks a system on purpose, and measures RTO and RPO with bounds

  faultline run [SCENARIO[@VARIANT]… | plan.json]   play scenarios; exit 0 only when every claim held
      --principle N          all scenarios of a principle
      --runtime auto|docker|process    containers, or local processes (a demonstration); auto takes
                             containers when an engine answers and the images are built
      --seed N               repeat a plan exactly
      --repeat-each N        play each N times; all must pass
      --sabotage NAME        plant a weakness; the claim must then fail
      --variant NAME         one way to disturb; without it, all of them
      --out DIR              where run folders go (reports)
      --json                 print verdict.json (an array when there are several)
      --no-retry             do not run again, at most twice, what bounds on both sides of a
                             promise leave undecided
      --keep                 leave the system standing, healed
  faultline plan SCENARIO[@VARIANT] [--json]        what a run would do; nothing is started. Seed 1, unless told
      --runtime … --seed N --sabotage NAME
  faultline prove SCENARIO[@VARIANT]                the healthy system must pass, each sabotage must fail as named
      --repeat-each N --sabotage NAME --runtime … --seed N --no-retry --out DIR --json
      --history DIR          where what it showed is kept as evidence (reports/history)
  faultline gate                                    may this build be released? Where all claims of the thirteen principles stand
      --profile smoke|gate|full   the demonstration alone; in ten minutes what stands worst, the rest by its
                             evidence (gate); all twins that this code has not shown yet, resumable
      --changed-since REF    only what rests on files that changed since then
      --principle N          only the claims of this principle (may be said several times) are played, those that do
                             not gate yet among them; the exit code waits for those of them that gate
      --shard 2/4            a part of it, for several machines; \`merge\` puts the parts together
      --dry-run              say what would be played, and why, and for how long
      --repeat-each N        each twin so often, instead of once, or (full) as often as is missing
      --seed N --no-retry --history DIR --out DIR --json
  faultline merge DIR… [--json]                     the shards of one gate as one, with the evidence that they bring
      --keep                 keep that evidence in --history, too (reports/history, to be committed)
      --history DIR --out DIR
  faultline compare A B [--json]                    what changed between two gates or runs, with their bounds; coverage, too
  faultline coverage [SCENARIO[@VARIANT]…]          which parts of the services a scenario reaches, before, under and after its fault, and
                             which handlers no fault ever reached; without scenarios: what is known, by principle
      --runtime … --seed N --history DIR --out DIR --json
  faultline list [--json] [--claims]                the scenarios; or all claims, and who shows them
  faultline judge DIR [--json]                      judge a run folder again
  faultline replay DIR [--repeat-each N] [--json]   play the stored plan of a run again: r of k came to the same;
      --edited               although the folder is not as its run left it
  faultline observe URL… [--every 10ms] [--for 60s] [--deadline 200ms] [--json]
                             how long was it down? Watches what somebody else breaks, with bounds
      --connections both|fresh|pooled --status 200,204 --body TEXT --allow HOST --out DIR
  faultline heal [RUN…] [--within 60s]              undo what runs that died left behind
  faultline audit [--json]                          what is left of runs that are over, and what removes it
  faultline doctor [--json]                         what this machine has, and how to get the rest
  faultline schema verdict|plan|scenario|mapping|policy|timeline  JSON Schema of what is read and written

exit codes: 0 every claim held · 1 a claim failed · 2 inconclusive · 3 usage, or the harness broke ·
            4 something could not be healed · 130 interrupted, after clean-up
--stack shows where an error came from`;

export async function helpCommand(): Promise<number> {
  out(HELP);
  return await Promise.resolve(EXIT.held);
}
