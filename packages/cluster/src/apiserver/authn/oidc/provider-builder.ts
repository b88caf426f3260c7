/** A little OpenID provider as tests need it: discovery, keys and whatever else is put at a path. */
import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../../pki/index.ts';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly private: KeyObject;
  readonly jwk: JsonWebKey;
}

export function signingKey(kid: string, alg: 'RS256' | 'ES256' = 'ES256'): SigningKey {
  const { privateKey, publicKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, alg, private: privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that says this, signed with the key whatever its header says. */
export function signedToken(key: SigningKey, claims: object, header: object = {}): string {
  const head = `${encoded({ alg: key.alg, kid: key.kid, ...header })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(head), { key: key.private, dsaEncoding: 'ieee-p1363' });
  return `${head}.${signature.toString('base64url')}`;
}

export interface TestProvider {
  readonly url: string;
  /** Its certificate, which nobody else vouches for. */
  readonly ca: string;
  keys: readonly SigningKey[];
  /** For how long others may keep them. */
  cacheControl: string;
  /** What else there is, by path. */
  readonly pages: Map<string, string>;
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  close(): void;
}

/** Every path that ends in discovery's own is an issuer's. */
export async function testProvider(): Promise<TestProvider> {
  const { cert, key } = selfSigned(['127.0.0.1'], { clock: systemClock, random: systemRandom });
  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url ?? '';
    provider.asked.push({ path, authorization: request.headers.authorization });
    const issuer = /^(.*)\/\.well-known\/openid-configuration$/.exec(path)?.[1];
    const json = (value: object, headers = {}) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
    const page = provider.pages.get(path);
    if (page !== undefined) response.end(page);
    else if (issuer !== undefined) json({ issuer: `${url}${issuer}`, jwks_uri: `${url}/keys` });
    else if (path === '/keys') {
      json(
        { keys: provider.keys.map(({ jwk }) => jwk) },
        provider.cacheControl && { 'cache-control': provider.cacheControl },
      );
    } else response.writeHead(404).end('not here');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: TestProvider = {
    url,
    ca: cert,
    keys: [],
    cacheControl: '',
    pages: new Map(),
    asked: [],
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return provider;
}
