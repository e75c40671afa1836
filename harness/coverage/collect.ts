import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { COVERAGE_PHASES, type CoveragePhase, type Lost } from '../model/coverage.ts';
import type { Instance } from '../model/runtime.ts';

const FLUSH_LOOKS = 60;
const HOOKLESS = 'it never told anything: its hook is not there';
const LATE = 'it did not answer in time: what it did counts towards the phase in which it is told';
const UNASKED = 'it could not be asked when the phase ended: what it did counts towards the phase in which it is told, if it ever is';

/** Lays the wish, and waits until every process that lives has answered it; exit 3: nobody ever came, 4: somebody did not answer. */
const FLUSH = `d="$FAULTLINE_COVERAGE"; ls "$d"/alive-* >/dev/null 2>&1 || exit 3
: > "$d/flush-$0"; i=0
while [ $i -lt ${FLUSH_LOOKS} ]; do w=0
  for a in "$d"/alive-*; do l="\${a##*/alive-}"; kill -0 "\${l%%.*}" 2>/dev/null || continue; [ -e "$d/done-$0-$l" ] || w=1; done
  [ $w = 0 ] && exit 0
  sleep 0.05; i=$((i+1))
done; exit 4`;
const LIST = `cd "$FAULTLINE_COVERAGE" 2>/dev/null || exit 3
for f in *; do case "$f" in
  alive-*) l="\${f#alive-}"; kill -0 "\${l%%.*}" 2>/dev/null || printf 'gone %s\\n' "$l";;
  *) printf 'file %s\\n' "$f";;
esac; done`;
/** Names that the hook gives, and those that others may give to lcov files: no path, no space, nothing that a terminal or a shell takes for more than a name. */
const NAME = /^[\w.-]+$/;
const LIFE = /^\d+\.\d+$/;

/** What services told of what they executed, phase by phase, and what was lost. */
export class Collected {
  readonly #flushed: { readonly phase: CoveragePhase; readonly wall_ms: number }[] = [];
  readonly #lost: Lost[] = [];
  readonly #folder: string;
  /** Services that are asked, since they are to tell. */
  readonly #asked = new Set<string>();

  /** `folder`: where the files go, one folder a phase below it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get lost(): readonly Lost[] {
    return this.#lost;
  }

  /** What was executed since the last time belongs to this phase. Services that cannot answer now (killed, frozen) are noted: what they did since is lost, or told later. */
  async flush(phase: CoveragePhase, instances: readonly Instance[]): Promise<void> {
    await Promise.all(
      instances.map(async (instance) => {
        this.#asked.add(instance.name);
        const { code } = await instance.exec(['sh', '-c', FLUSH, phase]).catch(() => ({ code: 126 }));
        const why = code === 0 ? null : code === 3 ? HOOKLESS : code === 4 ? LATE : UNASKED;
        if (why !== null) this.#lost.push({ service: instance.name, phase, why });
      }),
    );
    this.#flushed.push({ phase, wall_ms: Date.now() });
  }

  /** Takes the files of all services, before they are taken down. */
  async gather(instances: readonly Instance[]): Promise<void> {
    await Promise.all(instances.map((instance) => this.#gather(instance)));
  }

  async #gather(instance: Instance): Promise<void> {
    const lost = (phase: CoveragePhase, why: string) => this.#lost.push({ service: instance.name, phase, why });
    const { code, stdout } = await instance.exec(['sh', '-c', LIST]).catch(() => ({ code: 126, stdout: '' }));
    // It left nothing; where it was expected to, `flush` has said so.
    if (code === 3 || (code !== 0 && !this.#asked.has(instance.name))) return;
    if (code !== 0) return void lost('recovery', 'it cannot be asked any more: all that it told is lost');
    const lines = stdout.split('\n').filter((line) => NAME.test(line.slice(line.indexOf(' ') + 1)));
    const files = lines.flatMap((line) => (line.startsWith('file ') ? [line.slice('file '.length)] : []));
    for (const name of files.filter((each) => /\.(json|info)$/.test(each))) {
      const phase = this.#phaseOf(name);
      if (phase === null) {
        lost('recovery', `${name} says nothing of its phase: call it ${COVERAGE_PHASES.map((each) => `${each}-….info`).join(', ')}`);
        continue;
      }
      const { code: read, stdout: text } = await instance
        .exec(['sh', '-c', 'cat "$FAULTLINE_COVERAGE/$0"', name])
        .catch(() => ({ code: 126, stdout: '' }));
      if (read !== 0) {
        lost(phase, `${name} cannot be read`);
        continue;
      }
      mkdirSync(path.join(this.#folder, phase), { recursive: true });
      writeFileSync(path.join(this.#folder, phase, `${instance.name}-${name}`), text);
    }
    for (const life of livesOf(lines, files)) {
      const told = files.flatMap((name) =>
        name.startsWith('done-') && name.endsWith(`-${life}`) ? [name.slice('done-'.length, -life.length - 1)] : [],
      );
      const since = this.#flushed.findLast(({ phase }) => told.includes(phase));
      const next = this.#flushed[since === undefined ? 0 : this.#flushed.indexOf(since) + 1]?.phase ?? 'recovery';
      lost(
        next,
        `a process of it was killed: what it did since ${since === undefined ? 'its start' : `the end of ${since.phase}`} is lost`,
      );
    }
  }

  /** The phase in a file's name; one that V8 wrote at an exit belongs to the phase that ended next. Null: it is of others, and names none. */
  #phaseOf(name: string): CoveragePhase | null {
    const labelled = COVERAGE_PHASES.find((phase) => name.startsWith(`${phase}-`));
    if (labelled !== undefined) return labelled;
    if (name.endsWith('.info')) return null;
    const written = Number(/coverage-\d+-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    return this.#flushed.find(({ wall_ms }) => wall_ms >= written)?.phase ?? 'recovery';
  }
}

/** Processes that ended without a word: what V8 writes at an exit is named by the process, until another life gets its number. */
function livesOf(lines: readonly string[], files: readonly string[]): readonly string[] {
  const named = (word: string) =>
    lines.flatMap((line) => (line.startsWith(word) && LIFE.test(line.slice(word.length)) ? [line.slice(word.length)] : []));
  const pidOf = (life: string) => life.split('.')[0] ?? '';
  const spoke = (life: string) => files.some((name) => name.startsWith(`exit-${life}-`));
  return [
    ...named('file ended-').filter((life) => !spoke(life)),
    ...named('gone ').filter((life) => !files.some((name) => name.startsWith(`coverage-${pidOf(life)}-`))),
  ];
}
