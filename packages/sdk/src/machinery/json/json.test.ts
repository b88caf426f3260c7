import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findDuplicateKeys, findWholeFloats, printValue, syntaxProblem } from './index.ts';

const duplicatesOf = (text: string) => findDuplicateKeys(text, JSON.parse(text));

describe('findDuplicateKeys', () => {
  for (const [text, paths] of [
    ['{"a":1,"b":{"a":2}}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"metadata":{"name":"x","name":"y"},"data":{"a":"1","a":"2","a":"3"}}', ['metadata.name', 'data.a']],
    ['{"spec":{"containers":[{"name":"a"},{"name":"b","name":"c"}]}}', ['spec.containers[1].name']],
    ['[{"a":1},{"b":1,"b":2}]', ['[1].b']],
    ['{"a\\"b":1,"a\\"b":2}', ['a"b']],
    ['{"a" : "x:\\"y\\\\","\\u0061"\n:1}', ['a']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"a":[["x","y"],{"k":1,"k":2}],"z":{}}', ['a[1].k']],
  ] as const) {
    test(text, () => assert.deepEqual(duplicatesOf(text), paths));
  }

  test('finds nothing in what was written by JSON.stringify', () => {
    fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(duplicatesOf(text), [])));
  });
});

describe('findWholeFloats', () => {
  for (const [text, want] of [
    ['{"a":1,"b":-2,"c":1.5}', []],
    ['{"a":2.0}', ['a 2.0']],
    ['{"a":[1,{"b":3e0}],"c":1E+2}', ['a.1.b 3e0', 'c 1E+2']],
    ['{"a":"x: 2.0,","b":"1e2"}', []],
    ['{"a":"[2.0]","b":-4.00 }', ['b -4.00']],
    ['[1.0e1]', ['0 1.0e1']],
    ['{"a":2.5e1,"b":1e-1}', ['a 2.5e1']],
  ] as const) {
    test(text, () => {
      assert.deepEqual(
        findWholeFloats(text).map((f) => `${f.path.join('.')} ${f.text}`),
        want,
      );
    });
  }

  test('finds nothing in what was written by JSON.stringify', () => {
    const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, max: 1e15, min: -1e15 }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(numbers)), (value) => {
        assert.deepEqual(findWholeFloats(JSON.stringify(value)), []);
      }),
    );
  });
});

describe('syntaxProblem', () => {
  for (const [text, problem] of [
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[][]', "invalid character '[' after top-level value"],
    ['- op: add', "invalid character ' ' in numeric literal"],
    ['kind: Pod', "invalid character 'k' looking for beginning of value"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['1.', "invalid character ' ' after decimal point in numeric literal"],
    ['"a\\', "invalid character ' ' in string escape code"],
    ['"a', 'unexpected end of JSON input'],
    ['nil', "invalid character 'i' in literal null (expecting 'u')"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ] as const) {
    test(JSON.stringify(text), () => assert.equal(syntaxProblem(Buffer.from(text)), problem));
  }

  test('refuses exactly what the platform refuses', () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:-01.eEtrufalsn\\ ')) }));
    fc.assert(
      fc.property(text, (t) => {
        let parses = true;
        try {
          JSON.parse(t);
        } catch {
          parses = false;
        }
        assert.equal(syntaxProblem(Buffer.from(t)) === undefined, parses);
      }),
      { numRuns: 2000 },
    );
  });
});

test('printValue prints as upstream does in messages', () => {
  assert.equal(printValue({ b: [1, 'x', null], a: { c: true } }), 'map[a:map[c:true] b:[1 x <nil>]]');
});
