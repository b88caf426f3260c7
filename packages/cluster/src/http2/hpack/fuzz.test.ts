import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, fuzzOptions, refusedBy } from '@tiphys/sdk/testing';
import { CompressionError, HeaderDecoder, HeaderEncoder } from './index.ts';

const corpus = new URL('../../../src/http2/hpack/corpus/blocks.txt', import.meta.url);
const tableSize = 4096;
/** RFC 7541 §5 and §6 in pieces: fields of each form, sizes, strings, integers that go on, Huffman codes long and short. */
const words = [
  '\x82',
  '\xbe',
  '\xff\x01',
  '\x40\x01a\x01b',
  '\x41\x01b',
  '\x7e\x01b',
  '\x00\x01a\x01b',
  '\x0f\x0d\x017',
  '\x10\x01a\x01b',
  '\x20',
  '\x3f\xe1\x1f',
  '\x3f\x29',
  '\x80\x80',
  '\xff\xff\xff\xff\x0f',
  '\x7f\x80\x01',
  '\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff',
  '\x84\xff\xff\xff\xf3',
  '\xff\xff\xff\xff',
  '\x1f',
];

/** Blocks that follow one another, each after its length. */
function* blocksOf(input: Buffer): Generator<Buffer> {
  for (let at = 0; at < input.length; at += 1 + input[at]!) yield input.subarray(at + 1, at + 1 + input[at]!);
}

test('any block is read or refused, and what is read can be written and read again', () => {
  const check = (input: Buffer): void => {
    for (const blocks of [[input], [...blocksOf(input)]]) {
      const decoder = new HeaderDecoder(tableSize);
      const fields: [name: string, value: string][] = [];
      refusedBy([CompressionError], () => {
        for (const block of blocks) decoder.decode(block, (...field) => void fields.push(field));
      });
      assert.ok(fields.length <= input.length);
      assert.ok(sizeOf(decoder) <= tableSize);
      passOn(fields.slice(0, 100));
    }
  };
  return fuzz({ corpus, words, check }, fuzzOptions(process.env));
});

/** Of the whole dynamic table: each of its indexes is asked for. */
function sizeOf(decoder: HeaderDecoder): number {
  let size = 0;
  refusedBy([CompressionError], () => {
    for (let index = 62; ; index++) {
      const block = index < 127 ? [0x80 | index] : [0xff, ...(index < 255 ? [index - 127] : [(index - 127) | 0x80, 1])];
      decoder.decode(Buffer.from(block), (name, value) => void (size += name.length + value.length + 32));
    }
  });
  return size;
}

function passOn(fields: readonly (readonly [name: string, value: string])[]): void {
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder();
  const asSent = (text: string): string => Buffer.from(text).toString('latin1');
  for (const [name, value] of fields) {
    const got: string[] = [];
    decoder.decode(encoder.encode(200, { [name]: value }), (...field) => void got.push(...field));
    assert.deepEqual(got, [':status', '200', asSent(name), asSent(value)]);
  }
}
