import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

type Shown = Pick<PeerCertificate, 'subject' | 'subjectaltname'>;

const legacyName = 'x509: certificate relies on legacy Common Name field';
const shownNames = 100;

/**
 * What is wrong with the certificate that a server shows, for whom it was meant to be, in upstream's words. Only alternative names
 * count; Node would take the common name too.
 */
export function identityProblem(host: string, certificate: Shown): Error | undefined {
  const { subjectaltname: names } = certificate;
  if (names && !checkServerIdentity(host, certificate as PeerCertificate)) return undefined;
  return new Error(`tls: failed to verify certificate: ${whyNot(host, certificate)}`);
}

function whyNot(host: string, { subject, subjectaltname: names }: Shown): string {
  if (!names && [subject.CN].flat().some((name) => name?.toLowerCase() === host.toLowerCase()))
    return `${legacyName}, use SANs instead`;
  const valid = namesOf(names ?? '', isIP(host) ? 'IP Address:' : 'DNS:');
  if (!valid.length && isIP(host))
    return `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  if (!valid.length) return `x509: certificate is not valid for any names, but wanted to match ${host}`;
  if (valid.length > shownNames)
    return `x509: certificate is valid for ${valid.length} names, but none matched ${host}`;
  return `x509: certificate is valid for ${valid.join(', ')}, not ${host}`;
}

const namesOf = (names: string, kind: string): string[] =>
  names.split(', ').flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []));

/** Whether a certificate had no alternative names, only the common one. */
export const reliesOnCommonName = ({ message }: Error): boolean => message.includes(legacyName);
