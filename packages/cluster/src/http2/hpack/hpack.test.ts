import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderDecoder, HeaderEncoder } from './index.ts';

const read = (decoder: HeaderDecoder, hex: string): string[] => {
  const fields: string[] = [];
  decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'), (name, value) => fields.push(`${name}: ${value}`));
  return fields;
};

test('requests of RFC 7541 C.4', () => {
  const decoder = new HeaderDecoder();
  assert.deepEqual(read(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'), [
    ':method: GET',
    ':scheme: http',
    ':path: /',
    ':authority: www.example.com',
  ]);
  assert.deepEqual(read(decoder, '8286 84be 5886 a8eb 1064 9cbf'), [
    ':method: GET',
    ':scheme: http',
    ':path: /',
    ':authority: www.example.com',
    'cache-control: no-cache',
  ]);
  assert.deepEqual(read(decoder, '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'), [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ]);
});

test('what is written is read', () => {
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder();
  const sizes: number[] = [];
  for (let i = 0; i < 300; i++) {
    const headers = {
      'content-type': 'application/json',
      date: `d${i >> 2}`,
      'audit-id': `${i}`,
      'content-length': i,
      warning: ['a', 'ü'],
      'x-long': 'y'.repeat(i * 10),
      'x-any': `${i}`,
    };
    const block = encoder.encode(i % 2 ? 200 : 201, headers);
    sizes.push(block.length);
    const fields: string[] = [];
    decoder.decode(block, (name, value) => fields.push(`${name}: ${Buffer.from(value, 'latin1').toString()}`));
    assert.deepEqual(fields, [
      `:status: ${i % 2 ? 200 : 201}`,
      ...Object.entries(headers).flatMap(([k, v]) => [v].flat().map((x) => `${k}: ${x}`)),
    ]);
    if (i % 50 === 0) {
      encoder.resize(100 * (i % 7));
      encoder.resize(60 * i);
    }
  }
});
