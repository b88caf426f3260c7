import {
  type CertificateSigningRequest,
  type ClusterTrustBundle,
  organizationsOf,
  parseCertificateRequestPem,
} from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import type { Authorizer } from '../authz/authorizer.ts';
import type { UserInfo } from '../context.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

const apiClientSigner = 'kubernetes.io/kube-apiserver-client';

/** Whether somebody may do this to requests for a signer: by its own name, or for all signers of its domain. */
export async function maySignAs(
  authorizer: Authorizer,
  user: UserInfo,
  { verb, signer }: { verb: string; signer: string },
): Promise<boolean> {
  const signers = { isResource: true, group: 'certificates.k8s.io', resource: 'signers', subresource: '' };
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const verdict = authorizer({ ...signers, user, verb, namespace: '', name, path: '', version: '*' });
    if ((await verdict).decision === 'allow') return true;
  }
  return false;
}

/** Who approves or denies must be allowed to for the signer. */
export const certificateApproval = (authorizer: () => Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  matches: { operations: ['UPDATE'], resources: ['certificatesigningrequests/approval'] },
  async validate(a) {
    const signer = (a.oldObject as CertificateSigningRequest).spec.signerName;
    if (await maySignAs(authorizer(), a.user, { verb: 'approve', signer })) return;
    throw refuse(a, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
  },
});

/** Who hands out a certificate, or says why not, must be allowed to sign. */
export const certificateSigning = (authorizer: () => Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  matches: { operations: ['UPDATE'], resources: ['certificatesigningrequests/status'] },
  async validate(a) {
    const [next, old] = [a.object as CertificateSigningRequest, a.oldObject as CertificateSigningRequest];
    const said = ({ status: { certificate = '', conditions = [] } }: CertificateSigningRequest) => ({
      certificate,
      conditions,
    });
    if (equal(said(next), said(old))) return;
    const signer = old.spec.signerName;
    if (await maySignAs(authorizer(), a.user, { verb: 'sign', signer })) return;
    throw refuse(a, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
  },
});

/** Who says whom a signer vouches for must be allowed to attest for it. */
export const clusterTrustBundleAttest = (authorizer: () => Authorizer): AdmissionPlugin => ({
  name: 'ClusterTrustBundleAttest',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['clustertrustbundles'] },
  async validate(a) {
    const { signerName: signer } = (a.object as ClusterTrustBundle).spec;
    // That a bundle changes hands its own rules refuse.
    if (!signer) return;
    if (await maySignAs(authorizer(), a.user, { verb: 'attest', signer })) return;
    throw refuse(a, `user not permitted to attest for signerName ${JSON.stringify(signer)}`);
  },
});

/** Nobody becomes a master by certificate. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  matches: { operations: ['CREATE'], resources: ['certificatesigningrequests'] },
  validate(a) {
    const { spec } = a.object as CertificateSigningRequest;
    if (spec.signerName !== apiClientSigner) return;
    let groups: string[];
    try {
      groups = organizationsOf(parseCertificateRequestPem(spec.request));
    } catch (err) {
      throw refuse(a, `failed to parse CSR: ${messageOf(err)}`);
    }
    if (groups.includes('system:masters')) {
      throw refuse(a, `use of ${apiClientSigner} signer with system:masters group is not allowed`);
    }
  },
};
