import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompressionError, HeaderDecoder } from './index.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function read(decoder: HeaderDecoder, hex: string): string[] {
  const fields: string[] = [];
  decoder.decode(bytes(hex), (name, value) => void fields.push(`${name}: ${value}`));
  return fields;
}

const refused: readonly [name: string, hex: string, why: RegExp][] = [
  ['index 0', '80', /nothing is in the table at 0/],
  ['an index beyond the static table while the dynamic one is empty', 'be', /nothing is in the table at 62/],
  ['an index beyond the dynamic table', '4001 61 01 62 be bf', /nothing is in the table at 63/],
  ['an index far beyond', 'ff ff ff ff 7f', /nothing is in the table at/],
  ['a name at an index beyond', '7e 01 61', /nothing is in the table at 62/],
  ['a name, not indexed, at an index beyond', '0f 2f 01 61', /nothing is in the table at 62/],
  ['an index that ends early', 'ff', /ends within an integer/],
  ['an index that goes on too long', 'ff 80 80 80 80 80 00', /integer is too long/],
  ['an index of more than 32 bits', 'ff ff ff ff ff ff', /integer is too long/],
  ['no name', '40', /ends before a string/],
  ['a name that ends early', '40 02 61', /ends within a string/],
  ['no value', '40 01 61', /ends before a string/],
  ['a value that ends early', '40 01 61 03 61 61', /ends within a string/],
  ['a length that ends early', '40 7f 80', /ends within an integer/],
  ['a length beyond everything', '40 7f ff ff ff ff 0f', /ends within a string/],
  ['a table larger than allowed', '3f e2 1f', /table of 4097 bytes is larger than 4096/],
  ['a size that ends early', '3f', /ends within an integer/],
  ['a size after a field', '82 20', /resized within/],
  ['padding of zeros', '40 81 18 01 61', /padding is not seven ones or less/],
  ['padding of eight bits', '40 82 1f ff 01 61', /padding is not seven ones or less/],
  ['nothing but eight bits of padding', '40 81 ff 01 61', /padding is not seven ones or less/],
  ['a Huffman code that ends early', '40 81 fe 01 61', /padding is not seven ones or less/],
  ['EOS', '40 84 ff ff ff ff 01 61', /Huffman code ends badly/],
  ['EOS among others', '40 85 1f ff ff ff ff 01 61', /Huffman code ends badly/],
  ['a long Huffman code that ends early', '40 82 ff fe 01 61', /Huffman code ends badly/],
];

for (const [name, hex, why] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => read(new HeaderDecoder(), hex),
      (err) => err instanceof CompressionError && why.test(err.message),
    );
  });
}

const accepted: readonly [name: string, hex: string, fields: readonly string[]][] = [
  ['nothing', '', []],
  ['sizes and nothing else', '20 3f e1 1f', []],
  ['sizes, then fields', '20 3f e1 1f 82', [':method: GET']],
  ['an integer with zeros that it could do without', '3f 80 80 80 80 00', []],
  ['an empty name and value', '00 00 00', [': ']],
  ['empty Huffman strings', '00 80 80', [': ']],
  ['Huffman codes without padding', '00 01 61 85 00 00 00 00 00', ['a: 00000000']],
  ['seven bits of padding', '00 01 61 83 00 2e 7f', ['a: 00:']],
  ['the longest Huffman codes', '00 01 61 8c ff ff ff f3 ff ff ff df ff ff ff bf', ['a: \n\r\u0016']],
  ['bytes that are no UTF-8', '00 01 61 02 ff 00', ['a: \u00ff\0']],
];

for (const [name, hex, fields] of accepted) {
  test(`reads ${name}`, () => assert.deepEqual(read(new HeaderDecoder(), hex), fields));
}

test('a table of no bytes keeps nothing', () => {
  const decoder = new HeaderDecoder(0);
  read(decoder, '20');
  assert.deepEqual(read(decoder, '40 01 61 01 62'), ['a: b']);
  assert.throws(() => read(decoder, 'be'), CompressionError);
});

test('a header larger than the table empties it', () => {
  const decoder = new HeaderDecoder();
  // Two of 34 bytes, in a table of 70; then one of 71.
  read(decoder, '3f 27 40 01 61 01 62 40 01 61 01 63');
  assert.deepEqual(read(decoder, 'be bf'), ['a: c', 'a: b']);
  assert.deepEqual(read(decoder, `7e 26 ${'64'.repeat(38)}`), [`a: ${'d'.repeat(38)}`]);
  assert.throws(() => read(decoder, 'be'), CompressionError);
});

test('a header may take its name from the entry that goes for it', () => {
  const decoder = new HeaderDecoder();
  assert.deepEqual(read(decoder, '3f 03 40 01 61 01 62 7e 01 63'), ['a: b', 'a: c']);
  assert.deepEqual(read(decoder, 'be'), ['a: c']);
  assert.throws(() => read(decoder, 'bf'), CompressionError);
});

test('a table shrinks when its size is set, and is as large as before when that is', () => {
  const decoder = new HeaderDecoder();
  read(decoder, '40 01 61 01 62 40 01 61 01 63');
  assert.deepEqual(read(decoder, '3f 03 be'), ['a: c']);
  assert.throws(() => read(decoder, 'bf'), CompressionError);
  read(decoder, '3f e1 1f 40 01 61 01 64');
  assert.deepEqual(read(decoder, 'be bf'), ['a: d', 'a: c']);
});

test('keeps no more than its table, however many headers come', () => {
  const decoder = new HeaderDecoder();
  for (let i = 0; i < 1000; i++) read(decoder, `40 01 61 02 ${Buffer.from(String((i % 90) + 10)).toString('hex')}`);
  // 35 bytes each: 117 fit into 4096.
  let found = 0;
  const block = (index: number) => Buffer.of(0xff, 0x80 | ((index - 127) & 0x7f), (index - 127) >> 7);
  assert.throws(() => {
    for (let i = 127; ; i++) decoder.decode(block(i), () => void found++);
  }, CompressionError);
  assert.equal(found, 117 - (127 - 62));
});

test('what is thrown by who hears of the fields comes out', () => {
  const enough = new Error('enough');
  assert.throws(
    () =>
      new HeaderDecoder().decode(Buffer.of(0x82, 0x83), () => {
        throw enough;
      }),
    enough,
  );
});
