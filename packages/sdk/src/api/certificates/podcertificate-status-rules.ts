import { X509Certificate } from 'node:crypto';
import {
  equal,
  field,
  type FieldError,
  invalid,
  invalidUnshown,
  notSupported,
  required,
  tooLong,
  typedString,
} from '../../machinery/index.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { type PemBlock, pemBlocks } from '../meta/pem.ts';
import { requestedKeyOf } from './podcertificate-spec-rules.ts';
import type { PodCertificateRequest, PodCertificateRequestStatus } from './podcertificaterequest.ts';

/** How a request can end. */
export const outcomes = ['Issued', 'Denied', 'Failed'];

export const isDecided = (c: { readonly type: string }): boolean => outcomes.includes(c.type);

const at = field('status');
const chainAt = at.child('certificateChain');
const longestChain = 100 * 1024;
const minuteMs = 60_000;
const nearMs = 5 * minuteMs;
const marginMs = 10 * minuteMs;

/** A request is decided once, and nothing of its status changes before or after. */
export function* podCertificateStatusRules(
  next: PodCertificateRequest,
  old: PodCertificateRequest,
  { now }: { readonly now: number },
): Iterable<FieldError> {
  const errors = [...conditionRules(next.status)];
  if (errors.length) return yield* errors;
  const outcome = outcomeOf(next.status);
  if (outcomeOf(old.status)) {
    if (equal(next.status, old.status)) return;
    yield invalidUnshown(at, 'immutable after PodCertificateRequest is issued, denied, or failed');
  } else if (outcome === 'Issued') yield* issuedRules(next, old, now);
  else if (outcome) {
    if (Object.keys(next.status).every((name) => name === 'conditions')) return;
    const why = 'non-condition status fields must be empty when denying or failing the PodCertificateRequest';
    yield invalidUnshown(at, why);
  } else if (!equal(next.status, old.status)) {
    yield invalidUnshown(at, 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"');
  }
}

const outcomeOf = ({ conditions = [] }: PodCertificateRequestStatus): string | undefined =>
  conditions.find((c) => isDecided(c) && c.status === 'True')?.type;

function* conditionRules({ conditions = [] }: PodCertificateRequestStatus): Iterable<FieldError> {
  let known = 0;
  for (const [i, c] of conditions.entries()) {
    // Upstream's path has a dot before the index.
    const here = `status.conditions.[${i}]`;
    if (!isDecided(c)) {
      yield notSupported(`${here}.type`, c.type, outcomes);
      continue;
    }
    if (known++) {
      yield invalid(
        `${here}.type`,
        c.type,
        'There may be at most one condition with type "Issued", "Denied", or "Failed"',
      );
    }
    if (c.status !== 'True') yield notSupported(`${here}.status`, c.status, ['True']);
  }
  yield* validateConditions(conditions, at.child('conditions'));
}

function* issuedRules(
  { status, spec }: PodCertificateRequest,
  old: PodCertificateRequest,
  now: number,
): Iterable<FieldError> {
  const { certificateChain: chain = '' } = status;
  if (Buffer.byteLength(chain) > longestChain) return yield tooLong(chainAt, longestChain);
  const [leafBlock, ...others] = pemBlocks(chain);
  const refuse = (why: string) => invalid(chainAt, chain, why);
  if (!leafBlock) return yield refuse('issued certificate chain must contain at least one certificate');
  if (leafBlock.type !== 'CERTIFICATE') {
    return yield refuse('issued certificate chain must consist entirely of CERTIFICATE PEM blocks');
  }
  const leaf = certificateOf(leafBlock);
  if (!leaf) return yield refuse('leaf certificate does not parse as valid X.509');
  yield* nameRules(leaf);
  if (!requestedKeyOf(old.spec)?.equals(leaf.publicKey)) {
    return yield refuse('leaf certificate was not issued to the requested public key');
  }
  const timeErrors = [...timeRules(status, { leaf, longestMs: spec.maxExpirationSeconds * 1000, now })];
  if (timeErrors.length) return yield* timeErrors;
  for (const block of others) {
    if (block.type !== 'CERTIFICATE') {
      return yield refuse('issued certificate chain must consist entirely of CERTFICATE PEM blocks');
    }
    if (!certificateOf(block)) return yield refuse('intermediate certificate does not parse as valid X.509');
  }
}

function certificateOf({ bytes }: PemBlock): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined; // told as invalid by who asked
  }
}

function* nameRules({ subjectAltName = '' }: X509Certificate): Iterable<FieldError> {
  for (const part of subjectAltName.split(', ')) {
    const [kind, name] = splitOnce(part);
    if (kind === 'DNS') {
      const refuse = (why: string) => invalid(chainAt, name, why);
      if (!name) yield refuse('leaf certificate should not contain empty DNSName');
      if (name.includes('..')) yield refuse("leaf certificate's DNSName should not contain '..'");
      if (/^\.|\.$/.test(name)) yield refuse("leaf certificate's DNSName should not start or end with '.'");
    } else if (kind === 'email' && !/^[^\s@<>(),;:\\"]+@[^\s@<>(),;:\\"]+$/.test(name)) {
      yield invalid(chainAt, name, 'leaf certificate should not contain invalid EmailAddress');
    }
  }
}

function splitOnce(text: string): [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

interface Times {
  readonly leaf: X509Certificate;
  readonly longestMs: number;
  readonly now: number;
}

function* timeRules(
  { notBefore, notAfter, beginRefreshAt }: PodCertificateRequestStatus,
  { leaf, longestMs, now }: Times,
): Iterable<FieldError> {
  const paths = { notBefore: at.child('notBefore'), notAfter: at.child('notAfter'), begin: at.child('beginRefreshAt') };
  const consistent = 'must be present and consistent with the issued certificate';
  if (!notBefore) yield required(paths.notBefore, consistent);
  if (!notAfter) yield required(paths.notAfter, consistent);
  if (!beginRefreshAt) {
    yield required(paths.begin, 'must be present and in the range [notbefore+10min, notafter-10min]');
  }
  if (!notBefore || !notAfter || !beginRefreshAt) return;
  const [from, to, refresh] = [Date.parse(notBefore), Date.parse(notAfter), Date.parse(beginRefreshAt)];
  const [leafFrom, leafTo] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (from !== leafFrom) {
    const why = 'must be set to the NotBefore time encoded in the leaf certificate';
    return yield invalid(paths.notBefore, typedString(notBefore), why);
  }
  if (Math.abs(from - now) >= nearMs) {
    const why = "must be set to within 5 minutes of kube-apiserver's current time";
    return yield invalid(paths.notBefore, typedString(notBefore), why);
  }
  if (to !== leafTo) {
    const why = 'must be set to the NotAfter time encoded in the leaf certificate';
    return yield invalid(paths.notAfter, typedString(notAfter), why);
  }
  const lifetimeMs = leafTo - leafFrom;
  // Go counts durations in nanoseconds.
  if (lifetimeMs < 60 * minuteMs) {
    return yield invalid(chainAt, lifetimeMs * 1e6, 'leaf certificate lifetime must be >= 1 hour');
  }
  if (lifetimeMs > longestMs) {
    const why = `leaf certificate lifetime must be <= spec.maxExpirationSeconds (${longestMs / 1000})`;
    return yield invalid(chainAt, lifetimeMs * 1e6, why);
  }
  const begin = typedString(beginRefreshAt);
  if (refresh < from + marginMs) {
    yield invalid(paths.begin, begin, 'must be at least 10 minutes after status.notBefore');
  } else if (refresh > to - marginMs) {
    yield invalid(paths.begin, begin, 'must be at least 10 minutes before status.notAfter');
  }
}
