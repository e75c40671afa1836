import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../model/fault.ts';
import { witnessOf } from '../model/faults/witness.ts';
import { adoptedRuntime } from '../runtime/adopted/adopted.ts';
import { composeRuntime } from '../runtime/compose/compose.ts';
import { dockerRuntime } from '../runtime/docker/docker.ts';
import { processRuntime } from '../runtime/process/process.ts';
import { FAMILIES, notOffered } from './definition.ts';
import { DEFINITIONS } from './faults.ts';
import { faultReadme } from './table.ts';

test('every kind of fault has one definition, and the other way round', () => {
  expect(DEFINITIONS.map(({ kind }) => kind).sort()).toEqual([...FAULT_KINDS].sort());
});

test('every fault is found by its name, in a file of its family', () => {
  for (const family of FAMILIES) {
    const folder = path.join(import.meta.dirname, family);
    const texts = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
      .map((file) => readFileSync(path.join(folder, file), 'utf8'));
    for (const { kind } of DEFINITIONS.filter((each) => each.family === family))
      expect(texts.filter((text) => text.includes(`'${kind}'`)).length, kind).toBeGreaterThan(0);
  }
});

test('every fault that a runtime offers has its saboteurs in the contract of its family; what a person does has them in a person', () => {
  const offering = [dockerRuntime.can, processRuntime.can];
  for (const family of FAMILIES) {
    if (family === 'hands') continue;
    const folder = path.join(import.meta.dirname, family);
    const contracts = readdirSync(folder)
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
      .filter((text) => text.includes('faultContract('));
    for (const definition of DEFINITIONS.filter((each) => each.family === family))
      if (offering.some((can) => notOffered(definition, can) === null))
        expect(
          contracts.some((text) => text.includes(`'${definition.kind}'`)),
          definition.kind,
        ).toBe(true);
  }
});

test('every fault says how it is seen; what kills its targets is seen in their readiness', () => {
  for (const { kind, seen_by } of DEFINITIONS) {
    expect(seen_by.length, kind).toBeGreaterThan(10);
    if (witnessOf(kind) === 'readiness') expect(seen_by, kind).toMatch(/ready probe, asked by the observer/);
  }
});

test('README.md says which fault is offered where (npx vitest run harness/fault/table -u writes it anew)', async () => {
  const readme = faultReadme({
    docker: dockerRuntime.can,
    process: processRuntime.can,
    compose: composeRuntime.can,
    adopted: adoptedRuntime.can,
  });
  await expect(readme).toMatchFileSnapshot('README.md');
});
