import { deepCopy, equal, labelSelectorOf } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { podTemplateSpec } from '../core/pod/pod-template.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn } from '../meta/columns.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { dropTerminatingCount } from './terminating-count.ts';
import { deploymentStrategy } from './deployment-strategy.ts';
import { validateDeployment, validateDeploymentStatus } from './deployment-rules.ts';
import { fillRollbackTo, keepRollbackTo, withoutRollbackTo } from './rollback-to.ts';
import { workloadWarnings } from './workload-warnings.ts';

const deploymentSpecShape = s.struct('io.k8s.api.apps.v1.DeploymentSpec', {
  replicas: s.opt(1, s.int32(), { fill: 1 }),
  selector: s.req(2, labelSelector, { nullable: true }),
  template: s.req(3, podTemplateSpec),
  strategy: s.held(4, deploymentStrategy, { patch: 'retainKeys' }),
  minReadySeconds: s.zero(5, s.int32()),
  revisionHistoryLimit: s.opt(6, s.int32(), { fill: 10 }),
  paused: s.zero(7, s.bool()),
  progressDeadlineSeconds: s.opt(9, s.int32(), { fill: 600 }),
});
export interface DeploymentSpec extends s.Out<typeof deploymentSpecShape> {}
export interface DeploymentSpecManifest extends s.In<typeof deploymentSpecShape> {}
export const deploymentSpec: Struct<DeploymentSpec, DeploymentSpecManifest> = deploymentSpecShape;

const deploymentConditionShape = s.struct('io.k8s.api.apps.v1.DeploymentCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastUpdateTime: s.held(6, s.time(), { nullable: true }),
  lastTransitionTime: s.held(7, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface DeploymentCondition extends s.Out<typeof deploymentConditionShape> {}
export interface DeploymentConditionManifest extends s.In<typeof deploymentConditionShape> {}
export const deploymentCondition: Struct<DeploymentCondition, DeploymentConditionManifest> = deploymentConditionShape;

const deploymentStatusShape = s.struct('io.k8s.api.apps.v1.DeploymentStatus', {
  observedGeneration: s.zero(1, s.int64()),
  replicas: s.zero(2, s.int32()),
  updatedReplicas: s.zero(3, s.int32()),
  readyReplicas: s.zero(7, s.int32()),
  availableReplicas: s.zero(4, s.int32()),
  unavailableReplicas: s.zero(5, s.int32()),
  terminatingReplicas: s.opt(9, s.int32()),
  conditions: s.zero(6, s.listByKey(deploymentCondition, ['type'], { patchKey: 'type' })),
  collisionCount: s.opt(8, s.int32()),
});
export interface DeploymentStatus extends s.Out<typeof deploymentStatusShape> {}
export interface DeploymentStatusManifest extends s.In<typeof deploymentStatusShape> {}
export const deploymentStatus: Struct<DeploymentStatus, DeploymentStatusManifest> = deploymentStatusShape;

const deploymentShape = s.struct('io.k8s.api.apps.v1.Deployment', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, deploymentSpec),
  status: s.held(3, deploymentStatus),
});
export interface Deployment extends s.Out<typeof deploymentShape> {
  apiVersion?: string;
  kind?: string;
}
export interface DeploymentManifest extends s.In<typeof deploymentShape> {
  apiVersion?: string;
  kind?: string;
}
export const deployment: Kind<Deployment, DeploymentManifest> = defineKind<Deployment, DeploymentManifest>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
  shortNames: ['deploy'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old, { gates }) {
      next.spec = old.spec;
      keepRollbackTo(next, old);
      dropTerminatingCount(next.status, { old: old.status, gates });
      if (old.metadata.labels) next.metadata.labels = deepCopy(old.metadata.labels);
      else delete next.metadata.labels;
    },
    validate: validateDeploymentStatus,
  },
  resetFields: { '': [['status']], status: [['spec'], ['metadata', 'labels']] },
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas' },
  generation: true,
  default: fillRollbackTo,
  inside: withoutRollbackTo,
  prepareForCreate: ({ spec }, { gates }) => dropGatedFields(spec.template.spec, { gates }),
  prepareForUpdate(next, old, { gates }) {
    dropGatedFields(next.spec.template.spec, { old: old.spec.template.spec, gates });
    // Annotations are carried over to the ReplicaSets, so a change of them is one of what is wanted.
    if (!equal(next.metadata.annotations ?? {}, old.metadata.annotations ?? {})) {
      next.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
  },
  validate: validateDeployment,
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    {
      name: 'Up-to-date',
      type: 'string',
      field: 'status.updatedReplicas',
      value: ({ status }) => status.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      field: 'status.availableReplicas',
      value: ({ status }) => status.availableReplicas ?? 0,
    },
    ageColumn,
    ...containerColumns<Deployment>(({ spec }) => spec.template.spec),
    selectorColumn(({ spec }) => labelSelectorOf(spec.selector).text),
  ],
  schema: deploymentShape,
});
