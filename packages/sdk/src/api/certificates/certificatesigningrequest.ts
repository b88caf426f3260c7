import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const certificateSigningRequestSpecShape = s.struct('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  request: s.req(1, s.bytes()),
  signerName: s.req(7, s.str()),
  expirationSeconds: s.opt(8, s.int32()),
  usages: s.zero(5, s.list(s.str())),
  username: s.zero(2, s.str()),
  uid: s.zero(3, s.str()),
  groups: s.zero(4, s.list(s.str())),
  extra: s.zero(6, s.map(s.plainList(s.str()))),
});
export interface CertificateSigningRequestSpec extends s.Out<typeof certificateSigningRequestSpecShape> {}
export interface CertificateSigningRequestSpecManifest extends s.In<typeof certificateSigningRequestSpecShape> {}
export const certificateSigningRequestSpec: Struct<
  CertificateSigningRequestSpec,
  CertificateSigningRequestSpecManifest
> = certificateSigningRequestSpecShape;

const certificateSigningRequestConditionShape = s.struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
  {
    type: s.req(1, s.str()),
    status: s.req(6, s.str()),
    reason: s.zero(2, s.str()),
    message: s.zero(3, s.str()),
    lastUpdateTime: s.held(4, s.time(), { nullable: true }),
    lastTransitionTime: s.held(5, s.time(), { nullable: true }),
  },
);
export interface CertificateSigningRequestCondition extends s.Out<typeof certificateSigningRequestConditionShape> {}
export interface CertificateSigningRequestConditionManifest extends s.In<
  typeof certificateSigningRequestConditionShape
> {}
export const certificateSigningRequestCondition: Struct<
  CertificateSigningRequestCondition,
  CertificateSigningRequestConditionManifest
> = certificateSigningRequestConditionShape;

const certificateSigningRequestStatusShape = s.struct('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  conditions: s.zero(1, s.listByKey(certificateSigningRequestCondition, ['type'])),
  certificate: s.zero(2, s.bytes()),
});
export interface CertificateSigningRequestStatus extends s.Out<typeof certificateSigningRequestStatusShape> {}
export interface CertificateSigningRequestStatusManifest extends s.In<typeof certificateSigningRequestStatusShape> {}
export const certificateSigningRequestStatus: Struct<
  CertificateSigningRequestStatus,
  CertificateSigningRequestStatusManifest
> = certificateSigningRequestStatusShape;

const certificateSigningRequestShape = s.struct('io.k8s.api.certificates.v1.CertificateSigningRequest', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, certificateSigningRequestSpec),
  status: s.held(3, certificateSigningRequestStatus),
});
export interface CertificateSigningRequest extends s.Out<typeof certificateSigningRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CertificateSigningRequestManifest extends s.In<typeof certificateSigningRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export const certificateSigningRequest: Kind<CertificateSigningRequest, CertificateSigningRequestManifest> = defineKind<
  CertificateSigningRequest,
  CertificateSigningRequestManifest
>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
  shortNames: ['csr'],
  status: true,
  subresources: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] }],
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName },
  schema: certificateSigningRequestShape,
});
