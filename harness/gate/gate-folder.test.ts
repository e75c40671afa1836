import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gate, run } from '../../fixtures/gates/sample.ts';
import type { GateRecord } from '../model/gate.ts';
import { takeLock } from '../run/lock.ts';
import { begunGate, GATE_LOCK, keepRecord, newGateFolder, recordFile } from './gate-folder.ts';

let out: string;
let told: string[];
beforeEach(() => {
  out = mkdtempSync(path.join(os.tmpdir(), 'faultline-gate-folder-'));
  told = [];
});
afterEach(() => rmSync(out, { recursive: true }));

const step = { scenario: 's', variant: null, sabotage: null, claim: '9.1', runtime: 'docker', expected_s: 60, why: 'never shown' };
const sample: GateRecord = { ...gate([]).record, profile: 'full', interrupted: true, runs: [{ step, run: run('fail') }] };
const { commit, profile, changed_since, shard, digests } = sample;
const like = { commit, profile, changed_since, shard, digests };
const begun = (more: Partial<GateRecord> = {}) => begunGate(out, { ...like, ...more }, (line) => told.push(line));
function lies(record: Partial<GateRecord> = {}): string {
  const whole = { ...sample, ...record };
  const place = newGateFolder(out, whole);
  keepRecord(place, whole);
  return place;
}

test('the newest gate that is this one and is not done; what was cut short with it is not on its record', () => {
  expect([begun(), begunGate(path.join(out, 'nowhere'), like, () => undefined)]).toEqual([null, null]);
  const newest = lies({
    at: '2026-11-26T13:00:00.000Z',
    runs: [...sample.runs, { step, run: run('inconclusive', 0, { exit_code: 130 }) }],
  });
  lies();
  expect(begun()).toMatchObject({ place: newest, record: { runs: sample.runs } });
  expect(begun()?.record.runs).toHaveLength(1);
});

test.each<[string, Partial<GateRecord>, number]>([
  ['left something that could not be healed', { runs: [...sample.runs, { step, run: run('inconclusive', 0, { exit_code: 4 }) }] }, 1],
  ['failed and left something', { runs: [{ step, run: run('fail', 0, { exit_code: 4 }) }] }, 0],
  ['had a step that could not be played', { steps: [step], runs: [], left: [{ name: 's', why: 'it could not be played' }] }, 0],
])('one that came to its end and %s: not what that run came to, it is played again', (_, record, runs) => {
  const place = lies({ ...record, interrupted: false });
  expect(begun()).toMatchObject({ place, record: { runs: { length: runs } } });
});

test.each<[string, Partial<GateRecord>]>([
  ['came to its end', { interrupted: false }],
  ['left out what it had not chosen', { interrupted: false, left: [{ name: 'another', why: 'all of it is shown on this code' }] }],
  ['is of another commit', { commit: 'other' }],
  ['is of other code', { digests: { s: 'b'.repeat(64) } }],
  ['is another part', { shard: { n: 2, of: 4 } }],
  ['is another choice', { changed_since: 'main' }],
  ['is of other principles', { principles: [9] }],
  ['is another profile', { profile: 'gate' }],
])('not one that %s', (_, other) => {
  lies(other);
  expect(begun()).toBe(null);
});

test('a night over some principles goes on with that of the same ones', () => {
  lies({ principles: [4, 9] });
  expect([begun(), begun({ principles: [4] }), begun({ principles: [4, 9] })]).toEqual([null, null, expect.anything()]);
});

test('not one that somebody plays; one that was cut short is told, and left as it is', async () => {
  const lock = await takeLock(lies(), GATE_LOCK, 'a gate');
  expect(begun()).toBe(null);
  if (lock.got) lock.release();
  expect(begun()).not.toBe(null);
  writeFileSync(recordFile(lies({ at: '2026-11-26T14:00:00.000Z' })), '{ "format": 1');
  expect(begun()?.record.at).toBe(sample.at);
  expect(told).toEqual([expect.stringMatching(/gate\.json cannot be read as what a gate came to: .*: this gate does not go on with it/)]);
});
