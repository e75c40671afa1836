import { expect, test } from 'vitest';
import { partsOf } from './parts.ts';

const shown = (text: string, file = 'a.ts') => {
  const { branches, handlers } = partsOf(text, file);
  const at = (offset: number) => text.slice(offset, offset + 4);
  return {
    branches: branches.map(({ what, offset, line, column }) => `${line}:${column} ${what} ${at(offset)}`),
    handlers: handlers.map(({ what, name, offset, line }) => `${line} ${what} in ${name} ${at(offset)}`),
  };
};

test('the arms of every decision, and where each begins', () => {
  expect(
    shown(`
if (a) { one(); } else two();
const b: number = a ? 1111 : 2222;
const c = a && dddd || eeee;
const f = a ?? gggg;
switch (a) { case 1: hhhh(); break; case 2: default: iiii(); }
for (const j of k) { llll(); }
while (m) nnnn();
`).branches,
  ).toEqual([
    '2:8 if one(',
    '2:24 else two(',
    '3:23 ? yes 1111',
    '3:30 ? no 2222',
    '4:16 && dddd',
    '4:24 || eeee',
    '5:16 ?? gggg',
    '6:22 case hhhh',
    '6:54 default iiii',
    '7:20 loop llll',
    '8:11 loop nnnn',
  ]);
});

test('what is there for when things go wrong, and in which function it stands', () => {
  const { handlers } = shown(`
async function fetches() { try { a(); } catch (error) { bbbb(); } }
const holds = () => { socket.on('error', () => cccc()); socket.on('data', () => dddd()); };
class Thing { ask() { return this.b().then(eeee, (error) => ffff()); } #own() { a().catch(() => { gggg(); }); } }
breaker.fallback(() => hhhh);
request.once('timeout', function () { iiii(); });
a().catch(named);
try { a(); } catch {}
`);
  expect(handlers).toEqual([
    '2 catch in fetches bbbb',
    '3 on error in holds cccc',
    '4 .then, if not in ask ffff',
    '4 .catch in #own gggg',
    '5 .fallback in the module hhhh',
    '6 on timeout in the module iiii',
    '8 catch in the module {}\n',
  ]);
  const given = shown(`
function fails() { aaaa(); }
const ends = () => { bbbb(); };
socket.on('error', fails); other.once('error', fails); third.on('error', elsewhere);
socket.setTimeout(5, ends);
class Line { lost = () => { this.x.on('error', () => cccc()); }; }
server.rude = () => { a().catch(() => dddd()); };
`).handlers;
  expect(given).toEqual(['2 on error in fails aaaa', '3 on timeout in ends bbbb', '6 on error in lost cccc', '7 .catch in rude dddd']);
});

test('types are erased in place, JavaScript is read as it is, and what is no module is an error', () => {
  expect(shown('interface A { b: string }\nconst c = (d: A): d is A => d.b ? true : fail();').branches).toEqual([
    '2:35 ? yes true',
    '2:42 ? no fail',
  ]);
  expect(shown('#!/usr/bin/env node\nif (a) b();', 'a.mjs').branches).toEqual(['2:8 if b();']);
  expect(() => partsOf('if (', 'a.js')).toThrow(SyntaxError);
});
