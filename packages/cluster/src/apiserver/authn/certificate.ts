import { createHash } from 'node:crypto';
import { certificateSubject, commonNameOf, type NamePart, organizationsOf } from '@tiphys/sdk/api';
import type { UserInfo } from '../context.ts';
import { BadCredentials, type Known, type RequestAuthenticator, withAuthenticated } from './known.ts';

/** Client certificates: the common name is the user, the organizations are its groups. The TLS layer has verified them. */
export function clientCertificates(own: readonly string[]): RequestAuthenticator {
  // A connection shows the same certificate with every request.
  const seen = new WeakMap<Uint8Array, Known | BadCredentials | null>();
  return ({ clientCertificate, certificateProblem }) => {
    if (!clientCertificate) {
      if (certificateProblem) throw new BadCredentials(`verifying certificate failed: ${certificateProblem}`);
      return undefined;
    }
    let found = seen.get(clientCertificate);
    if (found === undefined) seen.set(clientCertificate, (found = ownerOf(clientCertificate, own)));
    if (found instanceof BadCredentials) throw found;
    return found ?? undefined;
  };
}

function ownerOf(der: Uint8Array, audiences: readonly string[]): Known | BadCredentials | null {
  const subject = certificateSubject(der);
  const name = commonNameOf({ subject });
  if (!name) return null;
  const uid = uidOf(subject);
  if (uid instanceof BadCredentials) return uid;
  const id = `X509SHA256=${createHash('sha256').update(der).digest('hex')}`;
  const user: UserInfo = {
    name,
    uid,
    groups: organizationsOf({ subject }),
    extra: { 'authentication.kubernetes.io/credential-id': [id] },
  };
  return { user: withAuthenticated(user), audiences };
}

/** Kubernetes' own kind of name part. */
const uidType = '1.3.6.1.4.1.57683.2';

function uidOf(subject: readonly NamePart[]): string | BadCredentials {
  const uids = subject.filter(({ type }) => type === uidType).map(({ value }) => value);
  if (uids.length > 1) return new BadCredentials(`expected 1 UID, but found multiple: [${uids.join(' ')}]`);
  if (uids[0] === '') return new BadCredentials('UID cannot be an empty string');
  return uids[0] ?? '';
}
