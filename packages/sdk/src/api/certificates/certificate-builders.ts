/** Requests and certificates as tests need them, signed with Ed25519. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';

export const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

const ed25519 = der(0x30, der(0x06, Buffer.from([0x2b, 0x65, 0x70])));
const nameOf = (organization: string): Buffer =>
  der(0x30, der(0x31, der(0x30, der(0x06, Buffer.from([0x55, 4, 10])), der(0x0c, Buffer.from(organization)))));
const signed = (info: Buffer, by: KeyObject): Buffer =>
  der(0x30, info, ed25519, der(0x03, Buffer.from([0]), sign(null, info, by)));
export const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' });

/** A request for an organisation, or for nobody. */
export const requestBytes = (key: KeyObject, { organization = '', signer = key } = {}): Buffer =>
  signed(
    der(0x30, der(0x02, Buffer.from([0])), organization ? nameOf(organization) : der(0x30), spkiOf(key), der(0xa0)),
    signer,
  );

export const pem = (type: string, bytes: Uint8Array): string =>
  `-----BEGIN ${type}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${type}-----\n`;

const utcTime = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

/** A certificate for a key, by itself. */
export function certificatePem(key: KeyObject, { from, to }: { from: number; to: number }): string {
  const name = nameOf('team');
  const [version, serial] = [der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([1]))];
  const validity = der(0x30, utcTime(from), utcTime(to));
  return pem('CERTIFICATE', signed(der(0x30, version, serial, ed25519, name, validity, name, spkiOf(key)), key));
}
