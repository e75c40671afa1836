import { expect, test } from 'vitest';
import { malformation } from '../../fixtures/reports/malformation.ts';
import { empty, hostile, losing, passing, type Sample, undecided } from '../../fixtures/reports/sample.ts';
import type { Op } from '../model/event.ts';
import { html } from './html.ts';
import { reportView } from './view.ts';

const SAMPLES = { passing, losing, undecided, empty, hostile };

function page({ input, verdict, logs }: Sample): string {
  return html(
    reportView(input, verdict),
    verdict,
    Object.entries(logs).map(([file, lines]) => ({ file, what: 'all', lines })),
  );
}

test.each(Object.entries(SAMPLES))('the page of a run that is %s is whole, loads nothing and runs nothing', (_, sample) => {
  const text = page(sample());
  expect(malformation(text)).toBeNull();
  const tags = [...text.matchAll(/<([a-zA-Z][\w-]*)/g)].map((m) => m[1]);
  expect(
    tags.filter((tag) => ['script', 'img', 'link', 'iframe', 'object', 'embed', 'image', 'use', 'foreignObject', 'a'].includes(tag ?? '')),
  ).toEqual(['a']);
  const attributes = [...text.matchAll(/\s(src|href|xlink:href|srcset|action|on\w+)="([^"]*)"/g)].map((m) => `${m[1]}=${m[2]}`);
  expect(attributes).toEqual(['href=#main']);
  expect(text.match(/url\((?!#)|@import|https?:/g)).toBeNull();
});

test.each(Object.entries(SAMPLES))(
  'the page of a run that is %s is for everybody: one h1, named pictures, captioned tables, unique ids',
  (_, sample) => {
    const text = page(sample());
    expect(text.match(/<h1>/g)).toHaveLength(1);
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, names] of text.matchAll(/aria-labelledby="([^"]+)"/g))
      for (const id of (names ?? '').split(' ')) expect(ids).toContain(id);
    for (const [svg] of text.matchAll(/<svg[^>]*>/g)) expect(svg).toMatch(/role="img".*aria-label(ledby)?="/);
    expect(text.match(/<caption>/g)?.length).toBe(text.match(/<table/g)?.length);
  },
);

test('the first thing that is said is the verdict, with its numbers and bounds', () => {
  const { input, verdict } = passing();
  const words = html(reportView(input, verdict), verdict)
    .replace(/<(style|svg)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
  expect(words.slice(words.indexOf('Faultline ·'), words.indexOf('What happened'))).toMatchInlineSnapshot(
    `"Faultline · database-failover-keeps-acknowledged-orders When the primary database dies, orders are taken again within 10 s and none that was acknowledged is lost principle 9 claim 9.3 variant kill runtime docker seed 42 2026-03-14 09:26:53 UTC ✓ PASS recovered unaided in at most 3.45 s of 10 s, and each of 4 210 acknowledged writes was found again held exit code 0 Recovery time ✓ pass 3.40–3.45 s measured objective predicted recovered unaided · predicted 2.10–5.30 s · worst: place-order/fresh objective ≤ 10 s, unaided · back-within-10-s Acknowledged writes lost ✓ pass 0 of 4 210 found again 31 indeterminate writes · read from pg-2, pg-3 objective 0 writes · no-acknowledged-write-is-lost Good answers ✓ pass 97.31–97.53 % good not good objective 5 070 of 5 200 operations, 11 unknown · worst 10 s: 65.00 % objective ≥ 80 % · mostly-there "`,
  );
});

test('each way back has a card of its own, with what it brought, or that it brought nothing as expected', () => {
  const sample = passing();
  const measured = (change: object) => ({
    kind: 'restore' as const,
    store: 'place',
    expected: 'helps' as const,
    rto_s: [6.2, 6.4] as [number, number | null],
    found: 4000,
    lost_before: 12,
    lost_after: 90,
    damage_left: 0,
    reaches_back_s: [0.3, 0.5] as [number, number | null],
    unread: null,
    ...change,
  });
  const cell = (name: string, change: object) => ({
    name,
    kind: 'restore' as const,
    outcome: 'pass' as const,
    reason: 'held' as const,
    because: 'as planted',
    objective: 'as the table says',
    measured: measured(change),
    evidence: [],
  });
  const objectives = [
    cell('snapshot', {}),
    cell('replica', { expected: 'damage', rto_s: [30, null], damage_left: 4210, reaches_back_s: null }),
    cell('offline', { expected: 'nothing', rto_s: [30, null], reaches_back_s: null, unread: 'connect ECONNREFUSED' }),
  ];
  const cards = [...page({ ...sample, verdict: { ...sample.verdict, objectives } }).matchAll(/<li class="card pass">([\s\S]*?)<\/li>/g)];
  expect(
    cards.map(([, card]) =>
      card
        ?.replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
  ).toEqual([
    'Way back: snapshot ✓ pass 6.20–6.40 s place: let in after 6.20–6.40 s · state 0.30–0.50 s before · 12 + 90 writes lost before + after objective as the table says · snapshot',
    'Way back: replica ✓ pass no help place: 4 210 damaged objective as the table says · replica',
    'Way back: offline ✓ pass no help place: nobody let in objective as the table says · offline',
  ]);
});

test('which runs had the system before is told, and nothing where there were none', () => {
  const sample = passing();
  expect(page(sample)).not.toContain('system used before by');
  const environment = { ...sample.input.environment, used_before_by: ['20260101-first-aaaaaa', '<b>second</b>'] };
  const rows = page({ ...sample, input: { ...sample.input, environment } }).match(
    /<tr [^>]*>(?:(?!<\/tr>)[\s\S])*system used before by[\s\S]*?<\/tr>/g,
  );
  expect(rows).toHaveLength(2);
  expect(rows?.[0]).toContain('20260101-first-aaaaaa');
  expect(rows?.[1]).toContain('&lt;b&gt;second&lt;/b&gt;');
});

test('where what recovers the system is a reference implementation, the page says which part, and nothing otherwise', () => {
  const sample = passing();
  expect(page(sample)).not.toContain('Reference implementation');
  const { plan } = sample.input;
  const input = { ...sample.input, plan: { ...plan, system: { ...plan.system, reference: 'the <b>deployer</b>' } } };
  const banner = /<aside class="banner demo">((?:(?!<\/aside>)[\s\S])*)<\/aside>/.exec(page({ ...sample, input }))?.[1];
  expect(banner).toContain('Reference implementation.');
  expect(banner).toContain('the &lt;b&gt;deployer&lt;/b&gt;');
});

test('a sabotage is shown as the change that it is, and whether it broke what it should', () => {
  const text = page(losing());
  const diff = /<pre class="diff"[^>]*>([\s\S]*?)<\/pre>/.exec(text)?.[1]?.replace(/<[^>]+>/g, '');
  expect(diff).toBe('pg*\n− env.SYNCHRONOUS_MODE: on\n+ env.SYNCHRONOUS_MODE: off\n+ env.SYNCHRONOUS_STANDBY_NAMES: &quot;&quot;');
  expect(text).toContain('for the reason <code>rpo.lost</code>, and it did.');
  const spared = losing();
  const held = spared.verdict.objectives.map((o) => ({ ...o, outcome: 'pass' as const, reason: 'held' as const }));
  expect(page({ ...spared, verdict: { ...spared.verdict, objectives: held } })).toContain(
    'it did <strong>not</strong>: that objective came to pass (held)',
  );
});

test('a demonstration says that it counts towards no principle', () => {
  expect(page(undecided())).toContain('counts towards no principle');
  expect(page(passing())).not.toContain('counts towards no principle');
});

test('what a service logs stays text', () => {
  const text = page(hostile());
  expect(text).not.toContain('<img');
  expect(text).not.toContain('\u202e');
  expect(text).not.toContain('\u001b');
  expect(text).toContain('&lt;/script&gt;');
  expect(text).toContain('漢字 🚑');
  expect(text.isWellFormed()).toBe(true);
});

test('a million operations, a thousand outages and as many lost writes end in a page of less than 2 MB', () => {
  const { input, verdict, logs } = losing();
  const streams = new Map<string, Op[]>();
  for (let w = 0; w < 40; w++)
    streams.set(
      `bulk-orders/w${w}`,
      Array.from({ length: 25_000 }, (_, n) => ({
        k: 'op' as const,
        j: 'bulk-orders',
        w: `w${w}`,
        n,
        s: 6e9 + n * 1.3e6,
        x: 1000,
        c: 1e6 + ((n * 7919) % 9e6),
        o: n % 11 === 0 ? ('fail' as const) : ('ok' as const),
      })),
    );
  const episode = verdict.episodes[0];
  const rpo = verdict.objectives.find((o) => o.measured?.kind === 'rpo');
  if (episode === undefined || rpo?.measured?.kind !== 'rpo') throw new Error('the sample has no episode or no RPO');
  const big = {
    ...verdict,
    episodes: Array.from({ length: 1000 }, () => episode),
    objectives: [
      { ...rpo, measured: { ...rpo.measured, lost: 90_000, lost_ids: Array.from({ length: 1000 }, (_, n) => `7f3a.bulk-orders.w1.${n}`) } },
    ],
  };
  const notes = Array.from({ length: 5000 }, (_, i) => ({ k: 'note' as const, at: i * 1e6, text: 'x'.repeat(500) }));
  const long = Object.fromEntries(Object.keys(logs).map((name) => [name, Array.from({ length: 40 }, () => 'y'.repeat(10_000))]));
  const text = page({ input: { ...input, streams, events: [...input.events, ...notes] }, verdict: big, logs: long });
  expect(text.length).toBeLessThan(2e6);
  expect(text).toContain('Only the first 1000 lost writes are marked.');
});

test('a recording with its events in disorder, twice or missing is drawn all the same', () => {
  const { input, verdict, logs } = passing();
  const broken = [
    { ...input, events: [] },
    { ...input, streams: new Map() },
    { ...input, streams: new Map([['read-order/f', []]]) },
    { ...input, events: [...input.events].reverse() },
    { ...input, events: [...input.events, ...input.events] },
    { ...input, plan: { ...input.plan, journeys: [], objectives: [], faults: [], predicted: null, tau_s: 0 } },
  ];
  for (const one of broken) {
    const text = page({ input: one, verdict, logs });
    expect(malformation(text)).toBeNull();
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  }
});
