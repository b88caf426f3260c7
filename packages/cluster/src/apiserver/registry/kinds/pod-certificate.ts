import type { PodCertificateRequest } from '@tiphys/sdk/api';
import { field, forbiddenAt } from '@tiphys/sdk/machinery';
import { maySignAs } from '../../admission/certificates.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { KindHooks } from '../kind-hooks.ts';

/** Who hands out a pod's certificate must be allowed to sign. */
export const podCertificateHooks = (authorizer: () => Authorizer): KindHooks => ({
  async partRules(next, old, { user }) {
    const [after, before] = [next as PodCertificateRequest, old as PodCertificateRequest];
    if (after.status.certificateChain === before.status.certificateChain) return [];
    const signer = before.spec.signerName;
    if (await maySignAs(authorizer(), user, { verb: 'sign', signer })) return [];
    const [who, what] = [user.name, signer].map((name) => JSON.stringify(name));
    return [forbiddenAt(field('spec', 'signerName'), `User ${who} is not permitted to "sign" for signer ${what}`)];
  },
});
