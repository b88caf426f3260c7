import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const priorityClassShape = s.struct('io.k8s.api.scheduling.v1.PriorityClass', {
  metadata: s.held(1, objectMeta),
  value: s.held(2, s.int32()),
  globalDefault: s.zero(3, s.bool()),
  description: s.zero(4, s.str()),
  preemptionPolicy: s.opt(5, s.oneOf('Never', 'PreemptLowerPriority'), { fill: 'PreemptLowerPriority' }),
});
export interface PriorityClass extends s.Out<typeof priorityClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PriorityClassManifest extends s.In<typeof priorityClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const priorityClass: Kind<PriorityClass, PriorityClassManifest> = defineKind<
  PriorityClass,
  PriorityClassManifest
>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  shortNames: ['pc'],
  generation: true,
  schema: priorityClassShape,
});
