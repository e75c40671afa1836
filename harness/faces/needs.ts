import { describe, test } from 'vitest';
import { engine } from '../runtime/docker/engine.ts';
import { chromium, k6, toxiproxy } from './tools.ts';

export type Need = 'docker' | 'k6' | 'toxiproxy' | 'chromium';

/** Whether a need is met here; if not, why, and the command that would get it. */
export interface Met {
  readonly ok: boolean;
  readonly why: string;
}

/** Asks for a need. */
export async function needs(need: Need): Promise<Met> {
  if (need === 'docker') {
    const found = await engine();
    return { ok: found.ok, why: found.ok ? '' : `no Docker engine answers; \`.ci/setup\` gets one` };
  }
  const found = await { k6, toxiproxy, chromium }[need]();
  return { ok: found !== null, why: found === null ? `${need} is not here; \`.ci/setup\` gets it` : '' };
}

/**
 * A suite that needs something of the machine. Where it is not there the suite is skipped, and named with the command that would get it; where FAULTLINE_REQUIRE lists it, a
 * missing one is a failing test.
 */
export async function describeNeeding(need: Need, title: string, suite: () => void): Promise<void> {
  const met = await needs(need);
  if (met.ok) describe(title, suite);
  else if ((process.env['FAULTLINE_REQUIRE'] ?? '').split(',').includes(need)) {
    test(`${title} needs ${need}`, () => {
      throw new Error(`FAULTLINE_REQUIRE asks for ${need}, but ${met.why}`);
    });
  } else describe.skip(`${title} (skipped: ${met.why})`, suite);
}
