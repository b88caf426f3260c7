import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const controllerRevisionShape = s.struct('io.k8s.api.apps.v1.ControllerRevision', {
  metadata: s.held(1, objectMeta),
  data: s.opt(2, s.any('io.k8s.apimachinery.pkg.runtime.RawExtension'), { always: true }),
  revision: s.req(3, s.int64()),
});
export interface ControllerRevision extends s.Out<typeof controllerRevisionShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ControllerRevisionManifest extends s.In<typeof controllerRevisionShape> {
  apiVersion?: string;
  kind?: string;
}
export const controllerRevision: Kind<ControllerRevision, ControllerRevisionManifest> = defineKind<
  ControllerRevision,
  ControllerRevisionManifest
>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  schema: controllerRevisionShape,
});
