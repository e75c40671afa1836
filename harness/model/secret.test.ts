import { expect, test } from 'vitest';
import { credentialsIn, missingCredentials, reveal, secretsOf } from './secret.ts';

const document = {
  a: { password: '${env:ONE}' },
  b: ['postgres://me:${env:TWO}@db/${env:ONE}', 3, null],
  c: '${data} {id} ${ENV:NO} ${env:}',
};

test('credentials are found by place and name, and nothing else is taken for one', () => {
  expect(credentialsIn(document)).toEqual([
    { path: 'a.password', name: 'ONE' },
    { path: 'b.0', name: 'TWO' },
    { path: 'b.0', name: 'ONE' },
  ]);
});

test('what is missing or empty is told once, with all places that want it', () => {
  expect(missingCredentials(document, { ONE: '1', TWO: '2' })).toEqual([]);
  expect(missingCredentials(document, { ONE: '', TWO: '2' })).toEqual([
    'the environment has no ONE, which a.password and b.0 asks for; set it (`export ONE=…`) and run again',
  ]);
});

test('values are filled in at the last moment, and hidden longest first', () => {
  expect(reveal('me:${env:TWO}@${env:ONE}', { ONE: '$&', TWO: '$1' })).toBe('me:$1@$&');
  expect(() => reveal('${env:THREE}', {})).toThrow('the environment has no THREE');
  expect(secretsOf(document, { ONE: 'ab', TWO: 'abc' })).toEqual(['abc', 'ab']);
});
