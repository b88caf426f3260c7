import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { field, lineOf } from '../../machinery/index.ts';
import { decode } from '../../schema/index.ts';
import { pem, requestBytes } from './certificate-builders.ts';
import { parseCertificateRequestPem } from './certificate-request.ts';
import { type CertificateSigningRequest, certificateSigningRequest } from './certificatesigningrequest.ts';
import { type ClusterTrustBundle, clusterTrustBundle, clusterTrustBundleV1Alpha1 } from './clustertrustbundle.ts';
import { organizationsOf } from './distinguished-name.ts';
import { pemBlocks } from '../meta/pem.ts';
import { signerNameRules } from './signer-name.ts';

/** A request for an organisation, signed by its own key or by another. */
function aRequest({ forged = false } = {}): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signer = forged ? generateKeyPairSync('ed25519').privateKey : privateKey;
  const text = pem('CERTIFICATE REQUEST', requestBytes(privateKey, { organization: 'team', signer }));
  return Buffer.from(text).toString('base64');
}

test('a request says who it is for, and that it is its own', () => {
  const request = parseCertificateRequestPem(aRequest());
  assert.deepEqual(organizationsOf(request), ['team']);
  assert.equal(request.signatureProblem(), undefined);
  const forged = parseCertificateRequestPem(aRequest({ forged: true }));
  assert.equal(forged.signatureProblem(), 'x509: Ed25519 verification failure');
});

test('blocks of PEM are found among other text', () => {
  const text = 'hello\n-----BEGIN A-----\nk: v\n\nAAAA\n-----END A-----\n-----BEGIN B-----\n!\n-----END B-----\n';
  assert.deepEqual([...pemBlocks(text)], [{ type: 'A', hasHeaders: true, bytes: Buffer.from([0, 0, 0]) }]);
});

test('names of signers', () => {
  const label = (bad: string) => `spec: Invalid value: "${bad}": validating label`;
  const table: [name: string, want: string[]][] = [
    ['example.org/signer', []],
    ['', ['spec: Required value']],
    [
      'signer',
      [
        'spec: Invalid value: "signer": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
    ],
    ['org/s', ['spec: Invalid value: "org": should be a domain with at least two segments separated by dots']],
    ['example.org/A', [label('A')]],
  ];
  for (const [name, want] of table) {
    const found = [...signerNameRules(name, field('spec'))].map(lineOf);
    assert.deepEqual(
      found.map((line, i) => line.slice(0, want[i]?.length)),
      want,
    );
  }
});

const aSigningRequest = (status: object = {}): CertificateSigningRequest =>
  decode(certificateSigningRequest.schema.shape, {
    metadata: { name: 'c' },
    spec: { request, signerName: 'example.org/signer', usages: ['client auth'] },
    status,
  }) as CertificateSigningRequest;
const request = aRequest();
const decided = (type: string, reason = 'R') => ({ type, status: 'True', reason });

test('decisions are made once and by who may decide', () => {
  const { status, parts } = certificateSigningRequest;
  const byStatus = typeof status === 'object' ? status : {};
  const table: [part: typeof byStatus, next: object, old: object, want: string[]][] = [
    [parts!['approval']!, { conditions: [decided('Approved')] }, {}, []],
    [
      byStatus,
      { conditions: [decided('Approved')] },
      {},
      ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
    ],
    [
      parts!['approval']!,
      { conditions: [decided('Approved'), decided('Denied')] },
      { conditions: [decided('Approved')] },
      ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
    ],
    [
      parts!['approval']!,
      {},
      { conditions: [decided('Denied')] },
      ['status.conditions: Forbidden: updates may not remove a condition of type "Denied"'],
    ],
    [
      byStatus,
      { certificate: 'AAAA' },
      {},
      ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block'],
    ],
  ];
  for (const [part, next, old, want] of table) {
    const [now, before] = [aSigningRequest(next), aSigningRequest(old)];
    const found = [...part.validate!(now, before, { now: 0 }), ...part.validateChange!(now, before)];
    assert.deepEqual(found.map(lineOf), want);
  }
});

test('who signs leaves the decision as it was', () => {
  const { status } = certificateSigningRequest;
  const next = aSigningRequest({ conditions: [decided('Approved', 'mine')] });
  const old = aSigningRequest({ conditions: [decided('Approved', 'theirs')] });
  if (typeof status === 'object') status.prepareForUpdate!(next, old, { now: 0, warn: () => {} });
  assert.equal(next.status.conditions![0]!.reason, 'theirs');
  assert.equal(next.status.conditions![0]!.lastUpdateTime, '1970-01-01T00:00:00Z');
});

test('bundles are called after their signers and have something to trust', () => {
  const aBundle = (name: string, spec: object): ClusterTrustBundle =>
    decode(clusterTrustBundle.schema.shape, { metadata: { name }, spec }) as ClusterTrustBundle;
  const problems = (name: string, spec: object): string[] =>
    [...clusterTrustBundle.validate!(aBundle(name, spec))].map(lineOf);
  const signerName = 'example.org/s';
  assert.deepEqual(problems('example.org:s:a', { signerName, trustBundle: '' }), [
    'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be provided',
  ]);
  const names: [name: string, prefix: boolean, signerName: string | undefined, want: string[]][] = [
    ['example.org:s:a', false, signerName, []],
    ['example.org:s:a-', true, signerName, []],
    ['a', false, undefined, []],
    [
      'a',
      false,
      signerName,
      ['ClusterTrustBundle for signerName example.org/s must be named with prefix example.org:s:'],
    ],
    ['a:b', false, undefined, ['ClusterTrustBundle without signer name must not have ":" in its name']],
  ];
  for (const [name, prefix, signer, want] of names)
    assert.deepEqual(clusterTrustBundle.validateName!(name, prefix, aBundle(name, { signerName: signer })), want, name);
  const [moved, here] = [aBundle('a', { signerName: 'example.org/t' }), aBundle('a', { signerName })];
  assert.deepEqual([...clusterTrustBundle.validateChange!(moved, here)].map(lineOf), [
    'spec.signerName: Invalid value: "example.org/t": field is immutable',
  ]);
  const trustBundle = '-----BEGIN A-----\nAAAA\n-----END A-----\n';
  assert.deepEqual(problems('a', { trustBundle }), [
    'spec.trustBundle: Invalid value: "<value omitted>": entry 0 has bad block type: A',
  ]);
});

test('a version that differs by name has its own published names', () => {
  const { shape } = clusterTrustBundleV1Alpha1.schema;
  assert.equal(shape.name, 'io.k8s.api.certificates.v1alpha1.ClusterTrustBundle');
  const spec = shape.fields.get('spec')!.shape;
  assert.equal(spec.type === 'struct' && spec.name, 'io.k8s.api.certificates.v1alpha1.ClusterTrustBundleSpec');
  const meta = shape.fields.get('metadata')!.shape;
  assert.equal(meta.type === 'struct' && meta.name, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
});
