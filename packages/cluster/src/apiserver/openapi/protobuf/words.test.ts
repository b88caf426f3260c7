import assert from 'node:assert/strict';
import { test } from 'node:test';
import { any, choice, double, fieldOf, flag, integer, later, map, message, text, texts, type Word } from './words.ts';

const both = message({ a: [1, text], b: [3, text, 'repeated'] }, { extensions: 2 });
const nested: Word = message({ in: [1, later(() => nested)], is: [2, flag] });
const either = choice((v) => (typeof v === 'boolean' ? [2, flag] : typeof v === 'string' ? [1, text] : undefined));

const rows: [name: string, word: Word, value: unknown, bytes: string][] = [
  ['a text', text, 'hé', '0a03 68c3a9'],
  ['a whole number', integer, 300, '08 ac02'],
  ['a number', double, 0.5, '09 000000000000e03f'],
  ['fields by number, a repeated one once for each', both, { b: ['x', 'y'], a: 'z' }, '0a09 0a017a 1a0178 1a0179'],
  ['what says nothing', both, { a: '', b: [] }, '0a00'],
  ['extensions as YAML', both, { b: ['x'], 'x-e': [1] }, '0a12 120d 0a03782d65 1206 1204 2d20310a 1a0178'],
  ['a message in itself', nested, { in: { is: true } }, '0a04 0a02 1001'],
  ['one of several, false as well', either, false, '0a02 1000'],
  ['none of several', either, {}, '0a00'],
  ['a map', map(texts), { a: ['b'] }, '0a0a 0a08 0a0161 1203 0a0162'],
  ['anything', any, 'x: y', '0a09 1207 27783a2079270a'],
];
for (const [name, word, value, bytes] of rows) {
  test(name, () => assert.equal(fieldOf(1, word, value).toString('hex'), bytes.replaceAll(' ', '')));
}
