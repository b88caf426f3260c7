import { createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Random } from '@tiphys/sdk/runtime';
import { bits, boolean, implicit, integer, octets, oid, sequence, set, tagged, time, utf8 } from './der.ts';

/** A certificate and its private key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Groups, when a client proves who it is with this certificate. */
  readonly organizations?: readonly string[];
  readonly usage: 'ca' | 'server' | 'client';
  /** DNS names and IP addresses of a server. */
  readonly names?: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** EC P-256: made in a fraction of a millisecond, and every client of the last ten years takes it. */
export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** Issues an X.509 v3 certificate (RFC 5280); signed by itself when there is no issuer. */
export function issue(request: CertificateRequest, random: Random, issuer?: KeyPair): KeyPair {
  const key = newKey();
  const signer = issuer?.key ?? pemOfKey(key);
  const subject = nameOf(request);
  const issuerName = issuer ? subjectOf(issuer.cert) : subject;
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.from(random.bytes(16)).fill(0x7f, 0, 1)),
    ecdsaWithSha256,
    issuerName,
    sequence(time(request.notBefore), time(request.notAfter)),
    subject,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensionsOf(request, key, issuer))),
  );
  const signature = sign('sha256', body, signer);
  const der = sequence(body, ecdsaWithSha256, bits(signature));
  return { cert: pem('CERTIFICATE', der), key: pemOfKey(key) };
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), utf8(value)));

function nameOf({ commonName, organizations = [] }: CertificateRequest): Buffer {
  return sequence(...organizations.map((o) => attribute('2.5.4.10', o)), attribute('2.5.4.3', commonName));
}

/** The issuer's name as its own certificate writes it. */
function subjectOf(cert: string): Buffer {
  const lines = new X509Certificate(cert).subject
    .split('\n')
    .map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]);
  return sequence(...lines.map(([type, value]) => attribute(type === 'O' ? '2.5.4.10' : '2.5.4.3', value ?? '')));
}

function extensionsOf(
  { usage, names = [] }: CertificateRequest,
  key: KeyObject,
  issuer: KeyPair | undefined,
): Buffer[] {
  const extension = (id: string, critical: boolean, value: Buffer) =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
  const isCa = usage === 'ca';
  // digitalSignature and keyEncipherment for the end entities; certSign and digitalSignature for a CA.
  const keyUsage = isCa ? bits(Buffer.from([0x84]), 2) : bits(Buffer.from([0xa0]), 5);
  const keyId = keyIdOf(createPublicKey(key));
  const authority = issuer ? keyIdOf(new X509Certificate(issuer.cert).publicKey) : keyId;
  const all = [
    extension('2.5.29.15', true, keyUsage),
    extension('2.5.29.19', true, isCa ? sequence(boolean(true)) : sequence()),
    extension('2.5.29.14', false, octets(keyId)),
    extension('2.5.29.35', false, sequence(implicit(0, authority))),
  ];
  if (!isCa)
    all.push(
      extension('2.5.29.37', false, sequence(oid(usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'))),
    );
  if (names.length) all.push(extension('2.5.29.17', false, sequence(...names.map(alternativeName))));
  return all;
}

/** Enough of the public key to tell keys apart. */
const keyIdOf = (key: KeyObject): Buffer => (key.export({ type: 'spki', format: 'der' }) as Buffer).subarray(-20);

function alternativeName(name: string): Buffer {
  if (isIP(name) === 0) return implicit(2, Buffer.from(name));
  return implicit(7, isIP(name) === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const bytes = Buffer.alloc(16);
  all.forEach((g, i) => bytes.writeUInt16BE(Number.parseInt(g, 16), 2 * i));
  return bytes;
}

export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
