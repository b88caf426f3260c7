import { defineKind, type Kind, s } from '../../schema/index.ts';
import { localObjectReference, objectReference } from './object-reference.ts';
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
  shortNames: ['sa'],
  subresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  schema: serviceAccountShape,
});
