import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClaimStanding } from '../../gate/standing.ts';
import { troublesOf } from '../../gate/troubles.ts';
import { unsteadyOf } from '../../gate/unsteady.ts';
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

/** What a gate prints. */
export interface GateFiles {
  readonly console: readonly string[];
  readonly json: string;
}

/**
 * Writes standing.json, report.html, summary.md, junit.xml and ctrf.json into a gate's folder, beside its gate.json; report.html shows the runs whose folders lie beside that folder. In a GitHub job (`GITHUB_STEP_SUMMARY`, `GITHUB_ACTIONS`) the summary is appended to the job's, and
 * annotations are printed. Throws what the file system throws.
 */
export async function writeGate(place: string, input: GateInput, env: NodeJS.ProcessEnv = process.env): Promise<GateFiles> {
  const { record, claims, code, line } = input;
  const standing = {
    format: 1,
    kind: 'faultline.standing',
    exit_code: code,
    why: line,
    troubles: troublesOf(claims, record),
    unsteady: unsteadyOf(claims, record),
    claims: claims.map(plain),
    coverage: { ...input.coverage, reached: input.reached },
  };
  const summary = gateMarkdown(input);
  writeJson(path.join(place, 'standing.json'), standing);
  for (const [name, text] of [
    ['report.html', await pageOf(path.dirname(place), input)],
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

/** A claim's standing for programs: without what it was worked out from. */
function plain({ claim, standing, why, gates, asked, owner, waiver, waived, variants }: ClaimStanding) {
  return {
    claim: claim.id,
    principle: claim.principle,
    title: claim.title,
    standing,
    waived,
    gates,
    asked,
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
