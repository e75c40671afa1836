import { describe, test } from 'vitest';
import { engine } from '../runtime/docker/engine.ts';
import { chromium, k6, toxiproxy } from './tools.ts';

export type Need = 'docker' | 'k6' | 'toxiproxy' | 'chromium';

/** Whether a need is met here; if not, why, and the command that would get it. */
export interface Met {
  readonly ok: boolean;
  readonly why: string;
  readonly get: string;
}

const GET = '.ci/setup';

/** Asks for a need. Never hangs, never throws. */
export async function needs(need: Need): Promise<Met> {
  if (need === 'docker') {
    const found = await engine();
    return { ok: found.ok, why: found.ok ? '' : found.why, get: GET };
  }
  const found = await { k6, toxiproxy, chromium }[need]();
  return { ok: found !== null, why: found === null ? `${need} is not here` : '', get: GET };
}

/**
 * A suite that needs something of the machine. Where it is not there the suite is skipped, and named with the command that would get it; where FAULTLINE_REQUIRE
 * (`docker,k6`) lists it, a missing one is a failing test.
 */
export async function describeNeeding(need: Need, title: string, suite: () => void): Promise<void> {
  const { ok, why, get } = await needs(need);
  if (ok) describe(title, suite);
  else if (required().includes(need)) {
    test(`${title} needs ${need}`, () => {
      throw new Error(`FAULTLINE_REQUIRE asks for ${need}, but ${why}; run \`${get}\``);
    });
  } else describe.skip(`${title} (needs ${need}: run ${get})`, suite);
}

/** What FAULTLINE_REQUIRE demands of this machine. */
export function required(): readonly string[] {
  return (process.env['FAULTLINE_REQUIRE'] ?? '').split(',').map((each) => each.trim());
}
