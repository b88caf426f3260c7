import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const secretShape = s.struct('io.k8s.api.core.v1.Secret', {
  metadata: s.held(1, objectMeta),
  immutable: s.opt(5, s.bool()),
  data: s.zero(2, s.map(s.bytes())),
  stringData: s.zero(4, s.map(s.str())),
  type: s.zero(3, s.str(), { fill: 'Opaque' }),
});
export interface Secret extends s.Out<typeof secretShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SecretManifest extends s.In<typeof secretShape> {
  apiVersion?: string;
  kind?: string;
}
export const secret: Kind<Secret, SecretManifest> = defineKind<Secret, SecretManifest>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  fieldSelectors: { type: ({ type }) => type ?? '' },
  schema: secretShape,
});
