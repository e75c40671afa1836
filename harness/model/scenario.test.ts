import { describe, expect, it } from 'vitest';
import { Change } from './scenario.ts';
import { Service } from './system.ts';

describe('Change', () => {
  it('holds what was written and nothing else: a sabotage changes what it shows', () => {
    const written = { services: { 'pg-*': { env: { SYNC: 'off' } } } };
    expect(Change.parse(written)).toEqual(written);
  });

  it('gives no service a field by default, whatever fields services get', () => {
    expect(Change.parse({ services: { api: {} } })).toEqual({ services: { api: {} } });
    expect(Object.keys(Service.parse({})).length).toBeGreaterThan(0);
  });

  it('refuses an unknown key', () => {
    expect(Change.safeParse({ services: { api: { enviroment: {} } } }).success).toBe(false);
  });
});
