import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FaultStep, SingleStep } from '../../model/fault.ts';
import { System } from '../../model/system.ts';
import { faultErrors } from '../../run/fault-errors.ts';
import { processRuntime } from '../../runtime/process/process.ts';
import { templateErrors } from '../../runtime/template.ts';

const system = System.parse({
  name: 'shop',
  services: {
    api: { command: ['node', 'x.ts'], ports: { http: 8080, admin: 8081 }, ready: { http: '/health' }, labels: { region: 'a' } },
    store: { command: ['node', 'x.ts'], ports: { sql: 5432 }, ready: { tcp: true }, labels: { region: 'a' } },
  },
  links: { 'to-api': { to: 'api' }, 'to-admin': { to: 'api', port: 'admin' }, 'to-store': { to: 'store' } },
});

/** What is said of a fault, each as "place: message". */
function said(fault: object): readonly string[] {
  const parsed = SingleStep.safeParse({ at: '1 s', ...fault });
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const errors: string[] = [];
  faultErrors('faults', { it: parsed.data as FaultStep }, system, (place, message) => errors.push(`${place}: ${message}`));
  return errors;
}

describe('faults on links and in namespaces, badly written', () => {
  const BAD = [
    { fault: 'latency', link: 'to-apj', delay: '1 s' },
    { fault: 'latency', link: 'to-api', delay: '1 ms' },
    { fault: 'latency', link: 'to-api', delay: '100 ms', jitter: '200 ms' },
    { fault: 'latency', link: 'to-api', delay: '100 ms', direction: 'up' },
    { fault: 'latency', link: 'to-store', delay: '1 s' },
    { fault: 'latency', link: 'to-admin', delay: '1 s' },
    { fault: 'bandwidth', link: 'to-api', kilobytes_per_s: 0 },
    { fault: 'bandwidth', link: 'to-api', kilobytes_per_s: 1_000_000 },
    { fault: 'limit-data', link: 'to-api', bytes: -1 },
    { fault: 'reset', link: 'to-api', wait: '2 min' },
    { fault: 'loss', target: 'api', from: 'store', share: '1 %' },
    { fault: 'loss', target: 'api', from: 'store', share: '100 %' },
    { fault: 'partition', target: 'api', from: 'api' },
    { fault: 'drop-port', target: 'api', port: 'htp' },
    { fault: 'isolate', target: { label: { region: 'a' } } },
    { fault: 'isolate', target: { label: { region: 'b' } } },
  ];
  test.each(BAD.map((fault) => ({ line: JSON.stringify(fault), fault })))('$line', ({ fault }) => {
    expect(said(fault)).toMatchSnapshot();
    expect(said(fault)).not.toEqual([]);
  });

  test('what is right is not complained about', () => {
    for (const fault of [
      { fault: 'latency', link: 'to-api', delay: '1 s', jitter: '200 ms' },
      { fault: 'link-down', link: 'to-store' },
      { fault: 'partition', target: 'api', from: 'store', ways: 'to' },
      { fault: 'loss', target: 'api', from: 'store', share: '10 %' },
    ])
      expect(said(fault)).toEqual([]);
  });
});

test('links and templates that name what is not there', () => {
  const wrong = System.parse({
    name: 'shop',
    services: {
      api: { command: ['node', '${link.addr.to-stor}', '${link.address.to-store}', '${link.addr}'], ports: { http: 8080 } },
      store: { command: ['node'], ports: { sql: 5432 } },
      link: { command: ['node'] },
    },
    links: { 'to-store': { to: 'store' }, odd: { to: 'stor' }, other: { to: 'store', port: 'sqll' }, none: { to: 'link' } },
  });
  expect(templateErrors(wrong).map(({ path: place, message }) => `${place}: ${message}`)).toMatchSnapshot();
});

describe('toxiproxy on this machine', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-tools-'));
    vi.stubEnv('FAULTLINE_TOOLS', folder);
    vi.stubEnv('PATH', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const cannot = async () => (await processRuntime.cannot(system))?.replaceAll(folder, 'TOOLS');

  test('missing: said before anything starts, with how to get it', async () => {
    expect(await cannot()).toMatch(
      /^links of `via: "tcp"` need toxiproxy-server, which is neither on PATH nor in FAULTLINE_TOOLS; run `\.ci\/setup`/,
    );
  });

  test.each(['1.2.1', '3.0.0', '2.1.4'])('another version, %s', async (version) => {
    const file = path.join(folder, 'toxiproxy-server');
    writeFileSync(file, `#!/bin/sh\necho toxiproxy-server version ${version}\n`);
    chmodSync(file, 0o755);
    expect(await cannot()).toContain(`need toxiproxy 2.9 or a later 2.x; toxiproxy-server says "toxiproxy-server version ${version}"`);
  });

  test('a system without links needs none', async () => {
    expect(await processRuntime.cannot({ ...system, links: {} })).toBe(null);
  });
});
