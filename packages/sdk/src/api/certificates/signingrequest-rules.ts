import { X509Certificate } from 'node:crypto';
import {
  duplicate,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  required,
  typedString,
  unifiedDiff,
  wasGivenEmpty,
} from '../../machinery/index.ts';
import { messageOf } from '../../runtime/index.ts';
import { internalValue } from '../../schema/index.ts';
import { parseCertificateRequestPem } from './certificate-request.ts';
import type { CertificateSigningRequest } from './certificatesigningrequest.ts';
import { pemBlocks } from '../meta/pem.ts';
import { signerNameRules } from './signer-name.ts';
import {
  keyUsages,
  certificateSigningRequestCondition,
  type CertificateSigningRequestCondition,
} from './signingrequest-spec.ts';

const spec = field('spec');
const conditions = field('status', 'conditions');
const certificate = field('status', 'certificate');
const legacySigner = 'kubernetes.io/legacy-unknown';
const shortestSeconds = 600;

/** Which part of a request is written, and so which part of its status may change. */
export type WrittenPart = 'whole' | 'status' | 'approval';

export function* signingRequestRules(
  next: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): Iterable<FieldError> {
  yield* specRules(next, old);
  yield* conditionsRules(next, old);
  const isKept = old !== undefined && next.status.certificate === old.status.certificate;
  if (!isKept && !certificateProblem(old?.status.certificate)) {
    const problem = certificateProblem(next.status.certificate);
    if (problem) yield invalid(certificate, '<certificate data>', problem);
  }
}

/** What an object was stored with it may keep. */
function* specRules(next: CertificateSigningRequest, old: CertificateSigningRequest | undefined): Iterable<FieldError> {
  const { request, usages: asked = [], signerName, expirationSeconds } = next.spec;
  const problem = requestProblem(request);
  const told = request || wasGivenEmpty(next.spec, 'request') ? typedString(request) : undefined;
  if (problem) yield invalid(spec.child('request'), told, problem);
  const at = spec.child('usages');
  if (!asked.length) yield required(at);
  const before = old?.spec.usages ?? [];
  if (before.every((u) => isUsage(u))) {
    for (const [i, u] of asked.entries()) if (!isUsage(u)) yield notSupported(at.index(i), u, keyUsages);
  }
  if (new Set(before).size === before.length) {
    for (const [i, u] of asked.entries()) if (asked.indexOf(u) < i) yield duplicate(at.index(i), typedString(u));
  }
  if (signerName === legacySigner && old?.spec.signerName !== legacySigner) {
    const why = 'the legacy signerName is not allowed via this API version';
    yield invalid(spec.child('signerName'), signerName, why);
  } else yield* signerNameRules(signerName, spec.child('signerName'));
  if (expirationSeconds !== undefined && expirationSeconds < shortestSeconds) {
    const why = `may not specify a duration less than ${shortestSeconds} seconds (10 minutes)`;
    yield invalid(spec.child('expirationSeconds'), expirationSeconds, why);
  }
}

const isUsage = (usage: string): boolean => (keyUsages as readonly string[]).includes(usage);

function requestProblem(request: string | null): string | undefined {
  try {
    return parseCertificateRequestPem(request ?? '').signatureProblem();
  } catch (err) {
    return messageOf(err);
  }
}

const conditionsOf = (request: CertificateSigningRequest | undefined): readonly CertificateSigningRequestCondition[] =>
  request?.status.conditions ?? [];
const ofType = (request: CertificateSigningRequest, type: string) =>
  conditionsOf(request).filter((c) => c.type === type);

function* conditionsRules(
  next: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): Iterable<FieldError> {
  const before = conditionsOf(old).map(({ type }) => type);
  const decisions = ['Approved', 'Denied'];
  const mayBeBoth = decisions.every((d) => before.includes(d));
  const mayRepeat = new Set(before).size < before.length;
  const seen = new Set<string>();
  for (const [i, { type, status }] of conditionsOf(next).entries()) {
    const here = conditions.index(i);
    if (!type && !before.includes('')) yield required(here.child('type'));
    const allowed = [...decisions, 'Failed'].includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!status) yield required(here.child('status'));
    else if (!allowed.includes(status)) yield notSupported(here.child('status'), status, allowed);
    if (!mayBeBoth && decisions.includes(type) && decisions.some((d) => d !== type && seen.has(d))) {
      const why = 'Approved and Denied conditions are mutually exclusive';
      yield invalid(conditions, typedString(type), why);
    }
    if (!mayRepeat && seen.has(type)) yield duplicate(here.child('type'), typedString(type));
    seen.add(type);
  }
}

/** A certificate, or a chain of them, in PEM; nothing at all is fine too. */
function certificateProblem(base64 = ''): string | undefined {
  if (!base64) return undefined;
  let blocks = 0;
  for (const { type, hasHeaders, bytes } of pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
    if (!bytes.length) return 'found CERTIFICATE PEM block containing 0 certificates';
    if (!isCertificate(bytes)) return 'x509: malformed certificate';
    blocks++;
  }
  return blocks ? undefined : 'must contain at least one CERTIFICATE PEM block';
}

function isCertificate(bytes: Uint8Array): boolean {
  try {
    return Boolean(new X509Certificate(bytes));
  } catch {
    return false;
  }
}

export function* signingRequestChangeRules(
  next: CertificateSigningRequest,
  old: CertificateSigningRequest,
  part: WrittenPart,
): Iterable<FieldError> {
  for (const type of ['Approved', 'Denied', 'Failed']) {
    if (ofType(next, type).length < ofType(old, type).length) {
      yield forbiddenAt(conditions, `updates may not remove a condition of type "${type}"`);
    }
  }
  for (const type of part === 'approval' ? [] : ['Approved', 'Denied']) {
    const [now, before] = [ofType(next, type), ofType(old, type)];
    if (now.length > before.length) {
      yield forbiddenAt(conditions, `updates may not add a condition of type "${type}"`);
    } else if (now.length === before.length && !equal(now, before)) {
      const [a, b] = [before, now].map((list) => list.map((c) => internalValue(certificateSigningRequestCondition, c)));
      yield forbiddenAt(conditions, `updates may not modify a condition of type "${type}"\n${unifiedDiff(a, b)}`);
    }
  }
  if ((next.status.certificate ?? '') === (old.status.certificate ?? '')) return;
  if (part !== 'status') yield forbiddenAt(certificate, 'updates may not set certificate content');
  else if (old.status.certificate) {
    yield forbiddenAt(certificate, 'updates may not modify existing certificate content');
  }
}
