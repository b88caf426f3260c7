import { X509Certificate } from 'node:crypto';
import { field, type FieldError, immutable, invalid, type Path, tooLong } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { pemBlocks } from '../meta/pem.ts';
import { bundleNameProblems } from './bundle-name.ts';
import { signerNameRules } from './signer-name.ts';

const clusterTrustBundleSpecShape = s.struct('io.k8s.api.certificates.v1beta1.ClusterTrustBundleSpec', {
  signerName: s.zero(1, s.str()),
  trustBundle: s.req(2, s.str()),
});
export interface ClusterTrustBundleSpec extends s.Out<typeof clusterTrustBundleSpecShape> {}
export interface ClusterTrustBundleSpecManifest extends s.In<typeof clusterTrustBundleSpecShape> {}
export const clusterTrustBundleSpec: Struct<ClusterTrustBundleSpec, ClusterTrustBundleSpecManifest> =
  clusterTrustBundleSpecShape;

const clusterTrustBundleShape = s.struct('io.k8s.api.certificates.v1beta1.ClusterTrustBundle', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, clusterTrustBundleSpec),
});
export interface ClusterTrustBundle extends s.Out<typeof clusterTrustBundleShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ClusterTrustBundleManifest extends s.In<typeof clusterTrustBundleShape> {
  apiVersion?: string;
  kind?: string;
}
export const clusterTrustBundle: Kind<ClusterTrustBundle, ClusterTrustBundleManifest> = defineKind<
  ClusterTrustBundle,
  ClusterTrustBundleManifest
>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  featureGate: 'ClusterTrustBundle',
  scope: 'Cluster',
  unconditionalUpdate: false,
  validateName: (name, prefix, { spec }) =>
    bundleNameProblems(prefix ? name.replace(/-$/, 'a') : name, spec.signerName ?? ''),
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  schema: clusterTrustBundleShape,

  *validate({ spec: { signerName, trustBundle } }, old) {
    if (signerName) yield* signerNameRules(signerName, field('spec', 'signerName'));
    if (trustBundle !== old?.spec.trustBundle) yield* bundleRules(trustBundle, field('spec', 'trustBundle'));
  },
  validateChange: ({ spec }, old) =>
    immutable(spec.signerName ?? '', old.spec.signerName ?? '', field('spec', 'signerName')),
  columns: [
    nameColumn,
    { name: 'SignerName', type: 'string', field: 'spec.signerName', value: ({ spec }) => spec.signerName ?? '<none>' },
  ],
});

export const clusterTrustBundleV1Alpha1 = versionOf(clusterTrustBundle, 'v1alpha1', {
  deprecated: '1.34',
  removed: '1.37',
});

const largest = 1024 * 1024;

function* bundleRules(bundle: string, at: Path): Iterable<FieldError> {
  if (Buffer.byteLength(bundle) > largest) return yield tooLong(at, largest);
  const omitted = '<value omitted>';
  const indices = new Map<string, number[]>();
  let bad = 0;
  for (const [i, { type, hasHeaders, bytes }] of [...pemBlocks(bundle)].entries()) {
    const problem =
      type !== 'CERTIFICATE'
        ? `has bad block type: ${type}`
        : hasHeaders
          ? 'has PEM block headers'
          : authorityProblem(bytes);
    if (problem) {
      bad++;
      yield invalid(at, omitted, `entry ${i} ${problem}`);
    } else {
      const key = Buffer.from(bytes).toString('base64');
      indices.set(key, [...(indices.get(key) ?? []), i]);
    }
  }
  if (bad) return;
  if (!indices.size) yield invalid(at, omitted, 'at least one trust anchor must be provided');
  for (const same of indices.values()) {
    if (same.length > 1) yield invalid(at, omitted, `duplicate trust anchor (indices [${same.join(' ')}])`);
  }
}

function authorityProblem(bytes: Uint8Array): string | undefined {
  try {
    return new X509Certificate(bytes).ca ? undefined : 'does not have the CA bit set';
  } catch {
    return 'does not parse as X.509';
  }
}
