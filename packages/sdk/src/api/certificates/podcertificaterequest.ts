import { equal, field, invalid } from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, type Struct } from '../../schema/index.ts';
import { labelsText, nameColumn } from '../meta/columns.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus } from '../meta/status-only.ts';
import { podCertificateSpecRules } from './podcertificate-spec-rules.ts';
import { isDecided, podCertificateStatusRules } from './podcertificate-status-rules.ts';

const of = (name: string): string => `io.k8s.api.certificates.v1beta1.${name}`;
const day = 24 * 60 * 60;

const specShape = s.struct(of('PodCertificateRequestSpec'), {
  signerName: s.req(1, s.str()),
  podName: s.req(2, s.str()),
  podUID: s.req(3, s.str()),
  serviceAccountName: s.req(4, s.str()),
  serviceAccountUID: s.req(5, s.str()),
  nodeName: s.req(6, s.str()),
  nodeUID: s.req(7, s.str()),
  maxExpirationSeconds: s.opt(8, s.int32(), { default: day }),
  pkixPublicKey: s.held(9, s.bytes(), { nullable: true }),
  proofOfPossession: s.held(10, s.bytes(), { nullable: true }),
  stubPKCS10Request: s.req(12, s.bytes(), { nullable: true }),
  unverifiedUserAnnotations: s.zero(11, s.map(s.str())),
});
export interface PodCertificateRequestSpec extends s.Out<typeof specShape> {}
export interface PodCertificateRequestSpecManifest extends s.In<typeof specShape> {}
export const podCertificateRequestSpec: Struct<PodCertificateRequestSpec, PodCertificateRequestSpecManifest> =
  specShape;

const statusShape = s.struct(of('PodCertificateRequestStatus'), {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
  certificateChain: s.zero(2, s.str()),
  notBefore: s.opt(4, s.time()),
  beginRefreshAt: s.opt(5, s.time()),
  notAfter: s.opt(6, s.time()),
});
export interface PodCertificateRequestStatus extends s.Out<typeof statusShape> {}
export interface PodCertificateRequestStatusManifest extends s.In<typeof statusShape> {}
export const podCertificateRequestStatus: Struct<PodCertificateRequestStatus, PodCertificateRequestStatusManifest> =
  statusShape;

const requestShape = s.struct(of('PodCertificateRequest'), {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, podCertificateRequestSpec),
  status: s.held(3, podCertificateRequestStatus),
});
export interface PodCertificateRequest extends s.Out<typeof requestShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodCertificateRequestManifest extends s.In<typeof requestShape> {
  apiVersion?: string;
  kind?: string;
}

/** A certificate that a node asks for, for one of its pods. */
export const podCertificateRequest: Kind<PodCertificateRequest, PodCertificateRequestManifest> = defineKind<
  PodCertificateRequest,
  PodCertificateRequestManifest
>({
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  featureGate: 'PodCertificateRequest',
  scope: 'Namespaced',
  unconditionalUpdate: false,
  status: {
    prepareForUpdate: keepAllButStatus,
    validate: podCertificateStatusRules,
  },
  resetFields: { status: [['spec']] },
  fieldSelectors: {
    'spec.signerName': ({ spec }) => spec.signerName,
    'spec.podName': ({ spec }) => spec.podName,
    'spec.nodeName': ({ spec }) => spec.nodeName,
  },
  schema: requestShape,

  *validate({ spec }, old) {
    if (!old) yield* podCertificateSpecRules(spec);
    else if (!equal(spec, old.spec)) {
      yield invalid(field('spec'), internalValue(podCertificateRequestSpec, spec), 'field is immutable');
    }
  },
  columns: [
    nameColumn,
    { name: 'PodName', type: 'string', field: 'spec.podName', value: ({ spec }) => spec.podName },
    {
      name: 'ServiceAccountName',
      type: 'string',
      field: 'spec.serviceAccountName',
      value: ({ spec }) => spec.serviceAccountName,
    },
    { name: 'NodeName', type: 'string', field: 'spec.nodeName', value: ({ spec }) => spec.nodeName },
    { name: 'SignerName', type: 'string', field: 'spec.signerName', value: ({ spec }) => spec.signerName },
    {
      name: 'State',
      type: 'string',
      description: 'Is the request Pending, Issued, Denied, or Failed?',
      value: ({ status: { conditions = [] } }) => conditions.findLast(isDecided)?.type ?? 'Pending',
    },
    {
      name: 'UnverifiedUserAnnotations',
      type: 'string',
      field: 'spec.unverifiedUserAnnotations',
      value: ({ spec }) => labelsText(spec.unverifiedUserAnnotations),
    },
  ],
});
