import { s, type Struct } from '../../schema/index.ts';
import { extraValue } from '../authentication/extra-value.ts';

/** What keys may be used for. */
export const keyUsages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
] as const;

const certificateSigningRequestSpecShape = s.struct('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  request: s.req(1, s.bytes()),
  signerName: s.req(7, s.str()),
  expirationSeconds: s.opt(8, s.int32()),
  usages: s.zero(5, s.list(s.oneOf(...keyUsages))),
  username: s.zero(2, s.str()),
  uid: s.zero(3, s.str()),
  groups: s.zero(4, s.list(s.str())),
  extra: s.zero(6, s.map(extraValue)),
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
