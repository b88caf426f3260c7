import { own } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields } from '../../schema/index.ts';
import { localObjectReference, objectReference } from './object-reference.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const serviceAccountShape = s.struct('io.k8s.api.core.v1.ServiceAccount', {
  metadata: s.held(1, objectMeta),
  secrets: s.zero(2, s.listByKey(objectReference, ['name'], { patchKey: 'name' })),
  imagePullSecrets: s.zero(3, s.list(localObjectReference)),
  automountServiceAccountToken: s.opt(4, s.bool()),
});
export interface ServiceAccount extends s.Out<typeof serviceAccountShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ServiceAccountManifest extends s.In<typeof serviceAccountShape> {
  apiVersion?: string;
  kind?: string;
}
export const serviceAccount: Kind<ServiceAccount, ServiceAccountManifest> = defineKind<
  ServiceAccount,
  ServiceAccountManifest
>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['sa'],
  subresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  returnsDeleted: true,
  schema: serviceAccountShape,

  prepareForCreate: keepNamesOfSecrets,
  prepareForUpdate: keepNamesOfSecrets,
  *warnings({ metadata }, old) {
    // Told when it comes, not on every write from then on.
    const has = (annotations: Readonly<Record<string, string>> | undefined) =>
      own(annotations, enforceMountable) !== undefined;
    if (has(metadata.annotations) && !has(old?.metadata.annotations)) {
      yield `metadata.annotations[${enforceMountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`;
    }
  },
  columns: [nameColumn, ageColumn],
});

const enforceMountable = 'kubernetes.io/enforce-mountable-secrets';

/** Of a secret only the name counts: it is in the same namespace, and whatever else was said is not kept. */
function keepNamesOfSecrets(account: ServiceAccount): void {
  const secrets = account.secrets?.map(({ name }) => ({ ...(name && { name }) }));
  setFields(serviceAccountShape, account, { secrets });
}
