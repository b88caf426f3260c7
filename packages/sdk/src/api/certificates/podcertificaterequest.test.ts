import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { lineOf, timestamp } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { certificatePem, requestBytes, spkiOf } from './certificate-builders.ts';
import { type PodCertificateRequest, podCertificateRequest } from './podcertificaterequest.ts';

type Json = Record<string, unknown>;
const { privateKey: key } = generateKeyPairSync('ed25519');
const { privateKey: otherKey } = generateKeyPairSync('ed25519');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const stub = base64(requestBytes(key));
const now = Date.UTC(2026, 0, 1, 12);
const hour = 3_600_000;

const aRequest = (spec: Json = {}, status: Json = {}): PodCertificateRequest =>
  decode(podCertificateRequest.schema.shape, {
    metadata: { name: 'r', namespace: 'ns' },
    spec: {
      signerName: 'example.com/signer',
      podName: 'p',
      podUID: 'pod-uid',
      serviceAccountName: 'default',
      serviceAccountUID: 'sa-uid',
      nodeName: 'n',
      nodeUID: 'node-uid',
      stubPKCS10Request: stub,
      ...spec,
    },
    status,
  }) as PodCertificateRequest;

test('what is refused of a request', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const old = { stubPKCS10Request: '', pkixPublicKey: base64(spkiOf(key)) };
  const proof = base64(sign(null, Buffer.from('pod-uid'), key));
  const x25519 = base64(generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }));
  const unproven = 'spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature';
  const either =
    'spec: Invalid value: exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set';
  const table: [spec: Json, want: string[]][] = [
    [{}, []],
    [{ ...old, proofOfPossession: proof }, []],
    [{ ...old, proofOfPossession: proof, podUID: 'another' }, [unproven]],
    [old, [either]],
    [{ stubPKCS10Request: '' }, [either]],
    [{ pkixPublicKey: old.pkixPublicKey }, [either]],
    [{ proofOfPossession: proof }, [either]],
    [{ stubPKCS10Request: 'AAAA' }, ['spec.stubPKCS10Request: Invalid value: must be a valid PKCS#10 CSR']],
    [
      { stubPKCS10Request: base64(requestBytes(key, { signer: otherKey })) },
      ['spec.stubPKCS10Request: Invalid value: invalid signature'],
    ],
    [
      { ...old, proofOfPossession: proof, pkixPublicKey: base64(rsa.export({ format: 'der', type: 'spki' })) },
      ['spec.pkixPublicKey: Invalid value: "2048-bit modulus": RSA keys must have modulus size 3072 or 4096'],
    ],
    [
      { ...old, proofOfPossession: proof, pkixPublicKey: x25519 },
      [
        `spec.pkixPublicKey: Invalid value: "${x25519}": unknown public key type; supported types are Ed25519, ECDSA, and RSA`,
      ],
    ],
    [
      { ...old, proofOfPossession: proof, pkixPublicKey: base64(Buffer.alloc(10241)) },
      ['spec.pkixPublicKey: Too long: may not be more than 10240 bytes'],
    ],
    [
      { podUID: '', nodeUID: 'x'.repeat(129), unverifiedUserAnnotations: { Plain: 'x', '': 'x', '-/b': 'x' } },
      [
        'spec.unverifiedUserAnnotations: Required value',
        "spec.unverifiedUserAnnotations: Invalid value: \"-/b\": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.unverifiedUserAnnotations: Invalid value: "plain": must be a domain-prefixed key (such as "acme.io/foo")',
        'spec.podUID: Invalid value: "": must not be empty',
        'spec.nodeUID: Too long: may not be more than 128 bytes',
      ],
    ],
    [
      { maxExpirationSeconds: 3599 },
      ['spec.maxExpirationSeconds: Invalid value: 3599: must be in the range [3600, 7862400]'],
    ],
    [
      { signerName: 'kubernetes.io/kube-apiserver-client-pod', maxExpirationSeconds: 86401 },
      ['spec.maxExpirationSeconds: Invalid value: 86401: must be in the range [3600, 86400]'],
    ],
  ];
  for (const [spec, want] of table)
    assert.deepEqual([...podCertificateRequest.validate!(aRequest(spec))].map(lineOf), want, JSON.stringify(spec));
  const changed = [...podCertificateRequest.validate!(aRequest({ podName: 'q' }), aRequest())];
  assert.equal(changed.length, 1);
  assert.match(
    lineOf(changed[0]!),
    /^spec: Invalid value: \{"SignerName":.*"PKIXPublicKey":null.*: field is immutable$/,
  );
});

const is = (type: string, status = 'True') => ({
  type,
  status,
  reason: 'R',
  message: '',
  lastTransitionTime: timestamp(now),
});
const issued = (dates: { from?: number; to?: number } = {}, more: Json = {}, by = key) => {
  const { from = now, to = now + 2 * hour } = dates;
  return {
    conditions: [is('Issued')],
    certificateChain: certificatePem(by, { from, to }),
    notBefore: timestamp(from),
    notAfter: timestamp(to),
    beginRefreshAt: timestamp(from + hour),
    ...more,
  };
};

test('a request is decided once, by a certificate that fits', () => {
  const { status } = podCertificateRequest;
  assert.ok(typeof status === 'object');
  const chain = (why: string) => new RegExp(`^status\\.certificateChain: Invalid value: .*: ${why}$`, 's');
  const table: [next: Json, old: Json, want: (string | RegExp)[]][] = [
    [issued(), {}, []],
    [{ conditions: [is('Denied')] }, {}, []],
    [
      issued(),
      { conditions: [is('Failed')] },
      ['status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed'],
    ],
    [
      issued({}, { conditions: [is('Denied')] }),
      {},
      [
        'status: Invalid value: non-condition status fields must be empty when denying or failing the PodCertificateRequest',
      ],
    ],
    [
      { certificateChain: 'x' },
      {},
      ['status: Invalid value: status is immutable unless transitioning to "Issued", "Denied", or "Failed"'],
    ],
    [
      { conditions: [is('Odd'), is('Issued', 'False'), is('Denied')] },
      {},
      [
        'status.conditions.[0].type: Unsupported value: "Odd": supported values: "Issued", "Denied", "Failed"',
        'status.conditions.[1].status: Unsupported value: "False": supported values: "True"',
        'status.conditions.[2].type: Invalid value: "Denied": There may be at most one condition with type "Issued", "Denied", or "Failed"',
      ],
    ],
    [
      issued({}, { certificateChain: 'none' }),
      {},
      [chain('issued certificate chain must contain at least one certificate')],
    ],
    [issued({}, {}, otherKey), {}, [chain('leaf certificate was not issued to the requested public key')]],
    [
      issued({}, { notBefore: undefined }),
      {},
      ['status.notBefore: Required value: must be present and consistent with the issued certificate'],
    ],
    [
      issued({ from: now - hour }),
      {},
      [
        `status.notBefore: Invalid value: "${timestamp(now - hour)}": must be set to within 5 minutes of kube-apiserver's current time`,
      ],
    ],
    [issued({ to: now + hour / 2 }), {}, [chain('leaf certificate lifetime must be >= 1 hour')]],
    [
      issued({ to: now + 25 * hour }),
      {},
      [chain('leaf certificate lifetime must be <= spec.maxExpirationSeconds \\(86400\\)')],
    ],
    [
      issued({}, { beginRefreshAt: timestamp(now) }),
      {},
      [`status.beginRefreshAt: Invalid value: "${timestamp(now)}": must be at least 10 minutes after status.notBefore`],
    ],
  ];
  for (const [next, old, want] of table) {
    const lines: string[] = [...status.validate!(aRequest({}, next), aRequest({}, old), { now })].map(lineOf);
    assert.equal(lines.length, want.length, lines.join('\n'));
    for (const [i, line] of want.entries())
      if (typeof line === 'string') assert.equal(lines[i], line);
      else assert.match(lines[i]!, line);
  }
});

test('what was decided is not said in other words', () => {
  const { status } = podCertificateRequest;
  assert.ok(typeof status === 'object');
  const next = aRequest({}, { conditions: [{ ...is('Denied'), message: 'new' }] });
  const old = aRequest({}, { conditions: [is('Denied')] });
  status.prepareForUpdate!(next, old, { now, warn: () => {} });
  assert.deepEqual([...status.validate!(next, old, { now })].map(lineOf), [
    'status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed',
  ]);
});
