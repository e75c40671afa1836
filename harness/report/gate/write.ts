import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClaimStanding } from '../../gate/standing.ts';
import { writeJson } from '../../record/run-folder.ts';
import { gateConsole } from './console.ts';
import { gateCtrf } from './ctrf.ts';
import { annotations } from './github.ts';
import { gateHtml } from './html.ts';
import { type GateInput, replayOf } from './input.ts';
import { gateJunit } from './junit.ts';
import { gateMarkdown } from './markdown.ts';
import { playedRuns } from './played-runs.ts';

/** So much of report.html is a browser to have read within a second; it stays under 10 MB in any case. */
const MOST_BYTES = 7_000_000;

/** Where a gate's reports lie, and what it prints. */
export interface GateFiles {
  readonly place: string;
  readonly console: readonly string[];
  readonly json: string;
}

/**
 * Writes gate.json, standing.json, report.html, summary.md, junit.xml and ctrf.json into `out/gate-<time>`; report.html shows the runs whose folders lie in `out`. In a GitHub job (`GITHUB_STEP_SUMMARY`, `GITHUB_ACTIONS`) the summary is appended to the job's, and
 * annotations are printed. Throws what the file system throws.
 */
export async function writeGate(out: string, input: GateInput, env: NodeJS.ProcessEnv = process.env): Promise<GateFiles> {
  const { record, claims, code, line } = input;
  const place = newFolder(out, record);
  const standing = {
    format: 1,
    kind: 'faultline.standing',
    exit_code: code,
    why: line,
    claims: claims.map(plain),
    coverage: input.coverage,
  };
  const summary = gateMarkdown(input);
  writeJson(path.join(place, 'gate.json'), record);
  writeJson(path.join(place, 'standing.json'), standing);
  for (const [name, text] of [
    ['report.html', await pageOf(out, input)],
    ['summary.md', summary],
    ['junit.xml', gateJunit(input)],
    ['ctrf.json', gateCtrf(input)],
  ] as const)
    writeFileSync(path.join(place, name), text);
  const { GITHUB_STEP_SUMMARY: job, GITHUB_ACTIONS: github } = env;
  // A shard knows too little to say it on the job's page: whoever puts them together does.
  const whole = record.shard.of === 1;
  if (whole && job !== undefined && job !== '') appendFileSync(job, summary);
  return {
    place,
    console: [...gateConsole(input), ...(whole && github === 'true' ? annotations(input) : [])],
    json: JSON.stringify(standing, null, 2),
  };
}

/** The page, with as much of the runs as there is room for beside all else. */
async function pageOf(out: string, input: GateInput): Promise<string> {
  return gateHtml(input, await playedRuns(out, input.record, roomIn(input)));
}

/** Bytes that are left for runs in a gate's page. */
export function roomIn(input: GateInput): number {
  return MOST_BYTES - Buffer.byteLength(gateHtml(input));
}

/** `gate-<time>`, with its shard; never one that is there: what lies in it is another gate's, or a shard that is being merged. */
function newFolder(out: string, { at, shard }: GateInput['record']): string {
  const name = `gate-${at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}${shard.of === 1 ? '' : `-${shard.n}of${shard.of}`}`;
  mkdirSync(path.resolve(out), { recursive: true });
  for (let n = 1; ; n++) {
    const place = path.resolve(out, n === 1 ? name : `${name}-${n}`);
    if (existsSync(place)) continue;
    mkdirSync(place);
    return place;
  }
}

/** A claim's standing for programs: without what it was worked out from. */
function plain({ claim, standing, why, gates, owner, waiver, waived, variants }: ClaimStanding) {
  return {
    claim: claim.id,
    principle: claim.principle,
    title: claim.title,
    standing,
    waived,
    gates,
    why,
    owner,
    waiver,
    variants: variants.map((variant) => ({
      scenario: variant.facts.scenario,
      variant: variant.facts.variant,
      runtime: variant.facts.runtime,
      digest: variant.facts.digest,
      standing: variant.standing,
      why: variant.why,
      runs: variant.runs,
      replay: replayOf(variant),
    })),
  };
}
