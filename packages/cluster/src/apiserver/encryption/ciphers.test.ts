import assert from 'node:assert/strict';
import { createCipheriv, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { aesCbc, aesGcm, secretbox, seededAesGcm } from './ciphers.ts';
import type { Transformer } from './transformer.ts';

const at = { key: '/registry/secrets/ns/name', resource: 'secrets' };
const bytes = (n: number, first = 1): Buffer => Buffer.from(Array.from({ length: n }, (_, i) => (first + i) % 256));
const ciphers: Readonly<
  Record<string, { cipher: Transformer; overhead: (size: number) => number; other: Transformer }>
> = {
  'AES-128-CBC': { cipher: aesCbc(bytes(16)), overhead: (n) => 16 + (16 - (n % 16)), other: aesCbc(bytes(16, 9)) },
  'AES-256-CBC': { cipher: aesCbc(bytes(32)), overhead: (n) => 16 + (16 - (n % 16)), other: aesCbc(bytes(32, 9)) },
  'AES-192-GCM': { cipher: aesGcm(bytes(24)), overhead: () => 12 + 16, other: aesGcm(bytes(24, 9)) },
  'AES-256-GCM': { cipher: aesGcm(bytes(32)), overhead: () => 12 + 16, other: aesGcm(bytes(32, 9)) },
  secretbox: { cipher: secretbox(bytes(32)), overhead: () => 24 + 16, other: secretbox(bytes(32, 9)) },
  seeded: { cipher: seededAesGcm(bytes(32)), overhead: () => 32 + 12 + 16, other: seededAesGcm(bytes(32, 9)) },
};

for (const [name, { cipher, overhead, other }] of Object.entries(ciphers)) {
  test(`${name}: what was written is read, and no two times alike`, () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (value) => {
        const stored = await cipher.toStorage(value, at);
        assert.equal(stored.length, value.length + overhead(value.length));
        const { value: plain, stale } = await cipher.fromStorage(stored, at);
        assert.deepEqual([Buffer.from(plain), stale], [Buffer.from(value), false]);
        assert.notDeepEqual(await cipher.toStorage(value, at), stored);
      }),
    ));

  test(`${name}: nothing is read with another key, or of less than there must be`, async () => {
    const stored = await cipher.toStorage(Buffer.from('a secret of some length'), at);
    const read = async (c: Transformer, value: Uint8Array) => Buffer.from((await c.fromStorage(value, at)).value);
    const wrong = await read(other, stored).catch(() => undefined);
    assert.notEqual(wrong?.toString(), 'a secret of some length');
    const short = { message: 'the stored data was shorter than the required size' };
    await assert.rejects(read(cipher, stored.subarray(0, 5)), short);
  });
}

test('only some notice what was moved or changed', async () => {
  for (const name of ['AES-256-GCM', 'seeded']) {
    const { cipher } = ciphers[name]!;
    const stored = Buffer.from(await cipher.toStorage(Buffer.from('x'), at));
    const message = 'cipher: message authentication failed';
    await assert.rejects(async () => cipher.fromStorage(stored, { ...at, key: '/registry/secrets/ns/other' }), {
      message,
    });
    stored[stored.length - 1]! ^= 1;
    await assert.rejects(async () => cipher.fromStorage(stored, at), { message });
  }
  const stored = Buffer.from(await ciphers['secretbox']!.cipher.toStorage(Buffer.from('x'), at));
  stored[30]! ^= 1;
  await assert.rejects(async () => ciphers['secretbox']!.cipher.fromStorage(stored, at), {
    message: 'output array was not large enough for encryption',
  });
});

test('padding that is none is told', async () => {
  const key = bytes(32);
  const raw = (plain: Buffer): Buffer => {
    const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
    return Buffer.concat([Buffer.alloc(16), cipher.update(plain), cipher.final()]);
  };
  for (const [plain, message] of [
    [Buffer.alloc(16), 'invalid PKCS7 data (empty or not padded)'],
    [Buffer.alloc(16, 17), 'invalid PKCS7 data (empty or not padded)'],
    [Buffer.concat([Buffer.alloc(14), Buffer.of(1, 2)]), 'invalid padding on input'],
  ] as const) {
    await assert.rejects(async () => aesCbc(key).fromStorage(raw(plain), at), { message });
  }
  const odd = { message: 'the stored data is not a multiple of the block size' };
  await assert.rejects(async () => aesCbc(key).fromStorage(Buffer.alloc(20), at), odd);
});

test('secretbox is that of NaCl', async () => {
  // The example of NaCl's own documentation and tests.
  const hex = (text: string) => Buffer.from(text, 'hex');
  const key = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
  const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
  const boxed = hex(
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5',
  );
  const plain = hex(
    'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705',
  );
  const { value } = await secretbox(key).fromStorage(Buffer.concat([nonce, boxed]), at);
  assert.deepEqual(Buffer.from(value), plain);
});

test('keys of a seed are made by HKDF over the bytes that stand before the value', async () => {
  const seed = bytes(32);
  const stored = Buffer.from(await seededAesGcm(seed).toStorage(Buffer.from('x'), at));
  const key = createHmac('sha256', seed)
    .update(Buffer.concat([stored.subarray(0, 32), Buffer.of(1)]))
    .digest();
  assert.equal(Buffer.from((await aesGcm(key).fromStorage(stored.subarray(32), at)).value).toString(), 'x');
  assert.throws(() => seededAesGcm(bytes(31)), { message: 'invalid seed length 31 used for key generation' });
});
