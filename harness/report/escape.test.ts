import fc from 'fast-check';
import { expect, test } from 'vitest';
import { malformation } from '../../fixtures/reports/malformation.ts';
import { escapeMarkup, printable } from './escape.ts';

test('whatever text comes, it makes no markup and no illegal character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(malformation(`<a b="${escapeMarkup(text)}">${escapeMarkup(text)}</a>`)).toBeNull();
    }),
  );
});

test('what steers a terminal or turns text is spelled out, the rest is left alone', () => {
  expect(printable('a\tb\nc \u001b[0m\u0000\r \u202eabc\u2069 \ud800 ünï 漢 🚑')).toBe('a\tb\nc ␛[0m␀␍ [U+202E]abc[U+2069] � ünï 漢 🚑');
});
