import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RE2JSSyntaxException } from 're2js';
import { fuzz, fuzzOptions, Recipe, refusedBy } from '../testing/index.ts';
import { parseDuration } from './duration.ts';
import { goUrlText, parseGoUrl, queryOf } from './go-url.ts';
import { cidrText, ipText, parseCidr, parseIp } from './ip.ts';
import { parseJsonPath } from './json-path.ts';
import { parseNetipAddress, parseNetipPrefix } from './netip.ts';
import { deepFreeze, equal, type JsonObject } from './object.ts';
import { jsonPatch, mergePatch, readJsonPatch, touchedInOrder } from './patches/index.ts';
import { compareQuantity, formatQuantity, keptQuantity, milliQuantity, parseQuantity } from './quantity.ts';
import { re2 } from './re2.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors/index.ts';
import { StatusError } from './status-error.ts';
import { compareVersions } from './version-order.ts';

const options = fuzzOptions(process.env);
const corpus = (name: string): URL => new URL(`../../src/machinery/corpus/${name}.txt`, import.meta.url);
const pieces = (text: string): readonly string[] => text.split(' ');

interface Reader {
  readonly name: string;
  readonly words: readonly string[];
  readonly read: (text: string) => void;
}

const selectorWords = [
  ...pieces(String.raw`a b.c/d = == != ! ( ) , > < 1 metadata.name \ \, \=`),
  ' in ',
  ' notin ',
  ' ',
];

const readers: readonly Reader[] = [
  {
    name: 'quantities',
    words: pieces('1 0.5 .5 1. + - Ki Mi Gi Ti Pi Ei n u m k M G T P E e9 E-3 e400 1024 000 999999999999999999'),
    read(text) {
      const quantity = parseQuantity(text);
      const canonical = formatQuantity(quantity);
      assert.equal(keptQuantity(keptQuantity(text)), keptQuantity(text));
      // What is beyond all suffixes loses them, as it does upstream.
      const size = quantity.nano < 0n ? -quantity.nano : quantity.nano;
      if (quantity.format === 'DecimalSI' && size >= 10n ** 30n) return;
      assert.equal(parseQuantity(canonical).nano, quantity.nano);
      assert.equal(formatQuantity(parseQuantity(canonical)), canonical);
      assert.equal(compareQuantity(keptQuantity(text), canonical), 0);
      assert.ok(compareQuantity(milliQuantity(text), text) * (quantity.nano < 0n ? -1 : 1) >= 0);
    },
  },
  {
    name: 'label-selectors',
    words: selectorWords,
    read(text) {
      const selector = parseLabelSelector(text);
      const again = parseLabelSelector(selector.text);
      assert.equal(again.text, selector.text);
      for (const labels of [{}, { a: '1' }, { 'b.c/d': 'a', a: '' }]) {
        assert.equal(again.matches(labels), selector.matches(labels));
      }
    },
  },
  { name: 'field-selectors', words: selectorWords, read: (text) => void parseFieldSelector(text) },
  {
    name: 'addresses',
    words: pieces('10.0.0.1 255 1 :: : ::ffff: fe80::1 %eth0 /24 /128 / . 0 f 00'),
    read(text) {
      const ip = parseIp(text);
      if (ip) assert.equal(parseIp(ipText(ip))?.value, ip.value);
      const cidr = parseCidr(text);
      if (cidr) assert.equal(cidrText(parseCidr(cidrText(cidr))!), cidrText(cidr));
      refusedBy([Error], () => void parseNetipAddress(text));
      parseNetipPrefix(text);
    },
  },
  {
    name: 'durations',
    words: pieces('1 .5 1. h m s ms us µs ns + - 0'),
    read: (text) => assert.ok(!Number.isNaN(parseDuration(text))),
  },
  {
    name: 'json-paths',
    words: pieces(`. .. [0] [-1] [*] [1:] [::2] ['a'] [?(@.a=="x")] [?( @ == )] .a .b * $ , "x" 1.5 true a\\.b`),
    read: (text) => void parseJsonPath(text)({ a: [{ a: 'x', b: [1, 2, { a: null }] }], b: { 'a.b': true } }),
  },
  {
    name: 'urls',
    words: pieces('https:// //: mailto: user:p@ host [::1] :80 /a/b ?a=b&c ; #f %2F %zz .. * %25'),
    read(text) {
      refusedBy([Error], () => void parseGoUrl(text, { request: true }));
      const url = parseGoUrl(text);
      queryOf(url);
      assert.equal(typeof goUrlText(url), 'string');
    },
  },
  {
    name: 'patterns',
    words: pieces(String.raw`^ $ . * + ? {2,3} {1000} ( ) (?i) (?P<n> [a-z] [^ ] \d \pL \b | a \Q \E [[:alpha:]]`),
    read: (text) => void re2(text).findAll('ab 12 äö', 10),
  },
  {
    name: 'versions',
    words: pieces('v 1 2 0 alpha beta v1 v1beta1 v10'),
    read(text) {
      const [a = '', b = ''] = text.split(' ');
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
    },
  },
];

describe('what is said in text is read, or refused', () => {
  for (const { name, words, read } of readers) {
    const check = (input: Buffer) => {
      const text = input.toString();
      refusedBy([Error, RE2JSSyntaxException], () => read(text));
    };
    test(name, () => fuzz({ corpus: corpus(name), words, check }, options));
  }
});

describe('patches', () => {
  const names = ['a', 'b', 'c', '', 'constructor', '__proto__', '0', '1'];
  const pointers = ['/a', '/b/a', '/a/0', '/a/-', '/a/-1', '', 'a', '/', '/__proto__/a', '/a/b/c', '/~0/~1', '/b'];
  const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test', ''];

  test('merge patches change nothing the third time, and neither what they are nor what they are made to', () => {
    const check = (input: Buffer) => {
      const recipe = new Recipe(input, names);
      const [document, patch] = [deepFreeze(recipe.object()), deepFreeze(recipe.object())];
      // Upstream prunes nulls in a list that takes the place of another value, but not of an object: the second time they go.
      const once = deepFreeze(mergePatch(deepFreeze(mergePatch(document, patch)), patch));
      assert.ok(equal(mergePatch(once, patch), once));
    };
    return fuzz({ corpus: corpus('merge-patches'), check }, options);
  });

  test('JSON patches do what they say, or nothing', () => {
    const check = (input: Buffer) => {
      const recipe = new Recipe(input, names);
      const document = deepFreeze(recipe.object());
      const patch = Array.from({ length: 1 + (recipe.byte() % 8) }, (): JsonObject => ({
        op: recipe.pick(operations),
        path: recipe.pick(pointers),
        from: recipe.pick(pointers),
        ...(recipe.byte() % 2 && { value: recipe.value(3) }),
      }));
      refusedBy([StatusError], () => {
        const { operations: read } = readJsonPatch(JSON.stringify(patch), patch);
        const made = jsonPatch(document, read);
        assert.ok(equal(touchedInOrder(made, read), made));
        const last = read.at(-1)!;
        // What was added is there.
        if (last.op === 'add' && last.path === '/a') assert.ok(equal((made as JsonObject)['a'], last.value ?? null));
      });
    };
    return fuzz({ corpus: corpus('json-patches'), check }, options);
  });
});
