import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../decode-error.ts';
import * as s from '../words.ts';
import { decodeMessage, encodeMessage, openEnvelope, sealEnvelope } from './index.ts';

const inner = s.struct('test.Inner', { text: s.zero(1, s.str()), flag: s.opt(2, s.bool()) });
const { shape } = s.struct('test.Outer', {
  count: s.zero(1, s.int64()),
  level: s.opt(2, s.int32()),
  labels: s.zero(3, s.map(s.str())),
  inner: s.held(4, inner),
  inners: s.zero(5, s.plainList(inner)),
  port: s.opt(6, s.intOrString()),
  memory: s.opt(7, s.quantity()),
  at: s.opt(8, s.time()),
  exactly: s.opt(9, s.microTime()),
  ratio: s.opt(10, s.number()),
  ...s.embed(11, 'Inside', { secret: s.opt(1, s.bytes()), mode: s.opt(2, s.str()) }),
});

for (const { name, value, hex } of [
  { name: 'values in Go are always there', value: {}, hex: '080022020a005a00' },
  { name: 'a negative number takes ten bytes', value: { level: -1 }, hex: '080010ffffffffffffffffff0122020a005a00' },
  {
    name: 'keys are sorted',
    value: { labels: { b: '2', a: '1' } },
    hex: '08001a060a01611201311a060a016212013222020a005a00',
  },
  { name: 'what JSON has side by side', value: { secret: 'AQI=', mode: 'x' }, hex: '080022020a005a070a020102120178' },
]) {
  test(`encodes: ${name}`, () => {
    assert.equal(encodeMessage(shape, value).toString('hex'), hex);
  });
}

const filled = fc.record(
  {
    count: fc.integer(),
    level: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    labels: fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }),
    inners: fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }), flag: fc.boolean() }), { minLength: 1 }),
    port: fc.oneof(fc.string(), fc.integer({ min: 0, max: 65535 })),
    memory: fc.constantFrom('1', '1500m', '3Gi'),
    at: fc.constantFrom('2026-01-02T03:04:05Z', '1969-12-31T23:59:59Z', '0001-01-01T00:00:01Z'),
    exactly: fc.constantFrom('2026-01-02T03:04:05.000006Z', '1960-01-02T03:04:05.100000Z'),
    ratio: fc.double({ noNaN: true }),
    secret: fc.uint8Array().map((b) => Buffer.from(b).toString('base64')),
    mode: fc.string(),
  },
  { requiredKeys: [] },
);

test('bytes that nobody gave are none, as Go has it', () => {
  const { shape: withBytes } = s.struct('test.Bytes', { bundle: s.zero(1, s.bytes()), url: s.zero(2, s.str()) });
  const message = encodeMessage(withBytes, { url: 'x' });
  assert.equal(message.toString('hex'), '120178');
  assert.deepEqual(decodeMessage(withBytes, message), { url: 'x' });
});

test('what is encoded decodes to the same', () => {
  fc.assert(
    fc.property(filled, (value) => {
      const back = decodeMessage(shape, encodeMessage(shape, value));
      assert.deepEqual(JSON.parse(JSON.stringify({ ...back, inner: undefined })), {
        count: 0,
        ...(JSON.parse(JSON.stringify(value)) as object),
      });
    }),
  );
});

test('bytes of any kind decode or are refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeMessage(shape, bytes);
      } catch (err) {
        assert.ok(err instanceof DecodeError, String(err));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a cut message is refused', () => {
  const whole = encodeMessage(shape, { labels: { key: 'value' } });
  assert.throws(() => decodeMessage(shape, whole.subarray(0, 8)), /unexpected EOF/);
});

const kinds = s.struct('test.Maps', {
  amounts: s.zero(1, s.map(s.quantity())),
  structs: s.zero(2, s.map(inner)),
  flags: s.zero(3, s.map(s.bool())),
});
test('an entry that says no value has the one that Go has for it', () => {
  const bytes = Buffer.from('0a030a0161 12030a0162 1a030a0163'.replaceAll(' ', ''), 'hex');
  const want = { amounts: { a: '0' }, structs: { b: {} }, flags: { c: false } };
  const back = decodeMessage(kinds.shape, bytes);
  assert.deepEqual(JSON.parse(JSON.stringify(back)), want);
  const written = encodeMessage(kinds.shape, back);
  assert.deepEqual(encodeMessage(kinds.shape, decodeMessage(kinds.shape, written)), written);
});

test('the envelope names what it holds, and nothing else is taken for one', () => {
  const raw = encodeMessage(shape, { count: 3 });
  const sealed = sealEnvelope({ apiVersion: 'v1', kind: 'Outer', raw });
  const opened = openEnvelope(sealed);
  assert.deepEqual([opened.apiVersion, opened.kind, Buffer.from(opened.raw)], ['v1', 'Outer', raw]);
  assert.throws(() => openEnvelope(Buffer.from('{}')), /does not appear to be a protobuf message/);
});

test('prototype names are keys like any other', () => {
  const labels = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
  const back = decodeMessage(shape, encodeMessage(shape, { labels })) as { labels: object };
  assert.deepEqual(Object.entries(back.labels), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});
