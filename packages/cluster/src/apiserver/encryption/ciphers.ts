import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import type { Transformer } from './transformer.ts';

const tooShort = 'the stored data was shorter than the required size';
const blockSize = 16;
const nonceSize = 12;
const tagSize = 16;

/** AES-CBC with PKCS#7: hides values, and doesn't tell whether somebody changed them. */
export function aesCbc(key: Uint8Array): Transformer {
  const algorithm = `aes-${key.length * 8}-cbc`;
  return {
    toStorage(value) {
      const iv = randomBytes(blockSize);
      const cipher = createCipheriv(algorithm, key, iv);
      return Buffer.concat([iv, cipher.update(value), cipher.final()]);
    },
    fromStorage(stored) {
      if (stored.length < blockSize) throw new Error(tooShort);
      const data = stored.subarray(blockSize);
      if (data.length % blockSize) throw new Error('the stored data is not a multiple of the block size');
      const cipher = createDecipheriv(algorithm, key, stored.subarray(0, blockSize)).setAutoPadding(false);
      const padded = Buffer.concat([cipher.update(data), cipher.final()]);
      return { value: unpadded(padded), stale: false };
    },
  };
}

function unpadded(padded: Buffer): Buffer {
  const padding = padded.at(-1) ?? 0;
  if (padding === 0 || padding > padded.length) throw new Error('invalid PKCS7 data (empty or not padded)');
  const size = padded.length - padding;
  if (padded.subarray(size).some((b) => b !== padding)) throw new Error('invalid padding on input');
  return padded.subarray(0, size);
}

/** AES-GCM: what was changed, or moved to another key, can't be read. */
export function aesGcm(key: Uint8Array): Transformer {
  const algorithm = `aes-${key.length * 8}-gcm` as 'aes-256-gcm';
  return {
    toStorage(value, { key: place }) {
      const nonce = randomBytes(nonceSize);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(place));
      return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    },
    fromStorage(stored, { key: place }) {
      if (stored.length < nonceSize) throw new Error(tooShort);
      const sealed = stored.subarray(nonceSize);
      if (sealed.length < tagSize) throw new Error(notAuthentic);
      const cipher = createDecipheriv(algorithm, key, stored.subarray(0, nonceSize), { authTagLength: tagSize })
        .setAAD(Buffer.from(place))
        .setAuthTag(sealed.subarray(-tagSize));
      const open = cipher.update(sealed.subarray(0, -tagSize));
      try {
        return { value: Buffer.concat([open, cipher.final()]), stale: false };
      } catch (cause) {
        throw new Error(notAuthentic, { cause });
      }
    },
  };
}

const notAuthentic = 'cipher: message authentication failed';

const boxNonceSize = 24;

/** NaCl's secretbox: XSalsa20 and Poly1305. */
export function secretbox(key: Uint8Array): Transformer {
  return {
    toStorage(value) {
      const nonce = randomBytes(boxNonceSize);
      return Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(value)]);
    },
    fromStorage(stored) {
      if (stored.length < boxNonceSize + tagSize) throw new Error(tooShort);
      const box = xsalsa20poly1305(key, Uint8Array.from(stored.subarray(0, boxNonceSize)));
      try {
        return { value: Buffer.from(box.decrypt(Uint8Array.from(stored.subarray(boxNonceSize)))), stale: false };
      } catch (cause) {
        throw new Error('output array was not large enough for encryption', { cause });
      }
    },
  };
}

const infoSize = 32;
export const seedSize = 32;

/**
 * AES-GCM with a key of its own for each value, made of a seed and 32 random bytes that stand before it: however many values there
 * are, no two share a key and a nonce.
 */
export function seededAesGcm(seed: Uint8Array): Transformer {
  if (seed.length < seedSize) throw new Error(`invalid seed length ${seed.length} used for key generation`);
  const derived = (info: Uint8Array): Transformer =>
    // HKDF's expansion to as much as one hash.
    aesGcm(createHmac('sha256', seed).update(info).update(Uint8Array.of(1)).digest());
  return {
    async toStorage(value, at) {
      const info = randomBytes(infoSize);
      return Buffer.concat([info, await derived(info).toStorage(value, at)]);
    },
    fromStorage(stored, at) {
      if (stored.length < infoSize) throw new Error(tooShort);
      return derived(stored.subarray(0, infoSize)).fromStorage(stored.subarray(infoSize), at);
    },
  };
}
