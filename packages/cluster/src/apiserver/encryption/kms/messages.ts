import { bytes, bytesMap, codecOf, message, oneOf, type Out, rpc, type Service, str } from '../../../grpc/index.ts';

const annotations = bytesMap;

const statusRequest = message('StatusRequest', {});
const statusResponse = message('StatusResponse', { version: [1, str], healthz: [2, str], keyId: [3, str] });
const encryptRequest = message('EncryptRequest', { plaintext: [1, bytes], uid: [2, str] });
const encryptResponse = message('EncryptResponse', {
  ciphertext: [1, bytes],
  keyId: [2, str],
  annotations: [3, annotations],
});
const decryptRequest = message('DecryptRequest', {
  ciphertext: [1, bytes],
  uid: [2, str],
  keyId: [3, str],
  annotations: [4, annotations],
});
const decryptResponse = message('DecryptResponse', { plaintext: [1, bytes] });

/** What a key service answers (upstream's KMS v2). */
export const keyManagementService = {
  package: 'v2',
  name: 'KeyManagementService',
  methods: {
    status: rpc('Status', statusRequest, statusResponse),
    encrypt: rpc('Encrypt', encryptRequest, encryptResponse),
    decrypt: rpc('Decrypt', decryptRequest, decryptResponse),
  },
} as const satisfies Service;

/** What the key of values is made of: the key itself, or a seed of keys. */
const sourceType = oneOf('EncryptedDEKSourceType', { AES_GCM_KEY: 0, HKDF_SHA256_XNONCE_AES_GCM_SEED: 1 });

const encryptedObject = message('EncryptedObject', {
  encryptedData: [1, bytes],
  keyId: [2, str],
  encryptedDekSource: [3, bytes],
  annotations: [4, annotations],
  encryptedDekSourceType: [5, sourceType],
});

/** A value as it is stored: with the key that it was encrypted with, which only the key service can read. */
export type EncryptedObject = Out<typeof encryptedObject>;
/** What of it every value has that was encrypted with the same key. */
export type KeyOfValue = Omit<EncryptedObject, 'encryptedData'>;
export const encryptedObjects = codecOf(encryptedObject);
