import { deepCopy, equal, field } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { podTemplateSpec } from '../core/pod/pod-template.ts';
import { templateWarnings } from '../core/pod/warnings/pod-warnings.ts';
import { ageColumn, containerColumns, labelsText, nameColumn, selectorColumn, selectorText } from '../meta/columns.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { daemonSetUpdateStrategy } from './daemonset-strategy.ts';
import { validateDaemonSet, validateDaemonSetStatus } from './daemonset-rules.ts';
import {
  beginTemplateGeneration,
  countTemplateGeneration,
  fillTemplateGeneration,
  withoutTemplateGeneration,
} from './template-generation.ts';

const daemonSetSpecShape = s.struct('io.k8s.api.apps.v1.DaemonSetSpec', {
  selector: s.req(1, labelSelector, { nullable: true }),
  template: s.req(2, podTemplateSpec),
  updateStrategy: s.held(3, daemonSetUpdateStrategy),
  minReadySeconds: s.zero(4, s.int32()),
  revisionHistoryLimit: s.opt(6, s.int32(), { fill: 10 }),
});
export interface DaemonSetSpec extends s.Out<typeof daemonSetSpecShape> {}
export interface DaemonSetSpecManifest extends s.In<typeof daemonSetSpecShape> {}
export const daemonSetSpec: Struct<DaemonSetSpec, DaemonSetSpecManifest> = daemonSetSpecShape;

const daemonSetConditionShape = s.struct('io.k8s.api.apps.v1.DaemonSetCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface DaemonSetCondition extends s.Out<typeof daemonSetConditionShape> {}
export interface DaemonSetConditionManifest extends s.In<typeof daemonSetConditionShape> {}
export const daemonSetCondition: Struct<DaemonSetCondition, DaemonSetConditionManifest> = daemonSetConditionShape;

const daemonSetStatusShape = s.struct('io.k8s.api.apps.v1.DaemonSetStatus', {
  currentNumberScheduled: s.req(1, s.int32()),
  numberMisscheduled: s.req(2, s.int32()),
  desiredNumberScheduled: s.req(3, s.int32()),
  numberReady: s.req(4, s.int32()),
  observedGeneration: s.zero(5, s.int64()),
  updatedNumberScheduled: s.zero(6, s.int32()),
  numberAvailable: s.zero(7, s.int32()),
  numberUnavailable: s.zero(8, s.int32()),
  collisionCount: s.opt(9, s.int32()),
  conditions: s.zero(10, s.listByKey(daemonSetCondition, ['type'], { patchKey: 'type' })),
});
export interface DaemonSetStatus extends s.Out<typeof daemonSetStatusShape> {}
export interface DaemonSetStatusManifest extends s.In<typeof daemonSetStatusShape> {}
export const daemonSetStatus: Struct<DaemonSetStatus, DaemonSetStatusManifest> = daemonSetStatusShape;

const daemonSetShape = s.struct('io.k8s.api.apps.v1.DaemonSet', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, daemonSetSpec),
  status: s.held(3, daemonSetStatus),
});
export interface DaemonSet extends s.Out<typeof daemonSetShape> {
  apiVersion?: string;
  kind?: string;
}
export interface DaemonSetManifest extends s.In<typeof daemonSetShape> {
  apiVersion?: string;
  kind?: string;
}
export const daemonSet: Kind<DaemonSet, DaemonSetManifest> = defineKind<DaemonSet, DaemonSetManifest>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  scope: 'Namespaced',
  shortNames: ['ds'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    validate: validateDaemonSetStatus,
  },
  generation: true,
  default: fillTemplateGeneration,
  prepareForCreate(set, { gates }) {
    beginTemplateGeneration(set);
    dropGatedFields(set.spec.template.spec, { gates });
  },
  prepareForUpdate(next, old, { gates }) {
    dropGatedFields(next.spec.template.spec, { old: old.spec.template.spec, gates });
    countTemplateGeneration(next, old);
  },
  validate: validateDaemonSet,
  inside: withoutTemplateGeneration,
  *warnings({ spec }, old) {
    if (!equal(spec.template, old?.spec.template)) yield* templateWarnings(spec.template, field('spec', 'template'));
  },
  columns: [
    nameColumn,
    {
      name: 'Desired',
      type: 'integer',
      field: 'status.desiredNumberScheduled',
      value: ({ status }) => status.desiredNumberScheduled ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      field: 'status.currentNumberScheduled',
      value: ({ status }) => status.currentNumberScheduled ?? 0,
    },
    { name: 'Ready', type: 'integer', field: 'status.numberReady', value: ({ status }) => status.numberReady ?? 0 },
    {
      name: 'Up-to-date',
      type: 'integer',
      field: 'status.updatedNumberScheduled',
      value: ({ status }) => status.updatedNumberScheduled ?? 0,
    },
    {
      name: 'Available',
      type: 'integer',
      field: 'status.numberAvailable',
      value: ({ status }) => status.numberAvailable ?? 0,
    },
    {
      name: 'Node Selector',
      type: 'string',
      field: 'spec.template.spec.nodeSelector',
      value: ({ spec }) => labelsText(spec.template.spec.nodeSelector),
    },
    ageColumn,
    ...containerColumns<DaemonSet>(({ spec }) => spec.template.spec),
    selectorColumn(({ spec }) => selectorText(spec.selector)),
  ],
  schema: daemonSetShape,
});
