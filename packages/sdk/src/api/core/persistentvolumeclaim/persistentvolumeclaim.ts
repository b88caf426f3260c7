import { field } from '../../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../../schema/index.ts';
import { objectMeta } from '../../meta/object-meta.ts';
import { persistentVolumeClaimSpec } from '../pod/volume.ts';
import { claimWarnings } from '../pod/warnings/volumes.ts';
import { storageClassAnnotation } from '../volume-modes.ts';
import { claimColumns } from './columns.ts';
import { settleDataSources } from './data-source.ts';
import { claimRules, claimStatusRules } from './rules.ts';

const persistentVolumeClaimConditionShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaimCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastProbeTime: s.held(3, s.time(), { nullable: true }),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.zero(5, s.str()),
  message: s.zero(6, s.str()),
});
export interface PersistentVolumeClaimCondition extends s.Out<typeof persistentVolumeClaimConditionShape> {}
export interface PersistentVolumeClaimConditionManifest extends s.In<typeof persistentVolumeClaimConditionShape> {}
export const persistentVolumeClaimCondition: Struct<
  PersistentVolumeClaimCondition,
  PersistentVolumeClaimConditionManifest
> = persistentVolumeClaimConditionShape;

const modifyVolumeStatusShape = s.struct('io.k8s.api.core.v1.ModifyVolumeStatus', {
  targetVolumeAttributesClassName: s.zero(1, s.str()),
  status: s.req(2, s.oneOf('InProgress', 'Infeasible', 'Pending')),
});
export interface ModifyVolumeStatus extends s.Out<typeof modifyVolumeStatusShape> {}
export interface ModifyVolumeStatusManifest extends s.In<typeof modifyVolumeStatusShape> {}
export const modifyVolumeStatus: Struct<ModifyVolumeStatus, ModifyVolumeStatusManifest> = modifyVolumeStatusShape;

const persistentVolumeClaimStatusShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaimStatus', {
  phase: s.zero(1, s.oneOf('Bound', 'Lost', 'Pending'), { fill: 'Pending' }),
  accessModes: s.zero(2, s.list(s.oneOf('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'))),
  capacity: s.zero(3, s.amounts()),
  conditions: s.zero(4, s.listByKey(persistentVolumeClaimCondition, ['type'], { patchKey: 'type' })),
  allocatedResources: s.zero(5, s.amounts()),
  allocatedResourceStatuses: s.zero(
    7,
    s.map(
      s.oneOf(
        'ControllerResizeInProgress',
        'ControllerResizeInfeasible',
        'NodeResizeInProgress',
        'NodeResizeInfeasible',
        'NodeResizePending',
      ),
    ),
  ),
  currentVolumeAttributesClassName: s.opt(8, s.str()),
  modifyVolumeStatus: s.opt(9, modifyVolumeStatus),
});
export interface PersistentVolumeClaimStatus extends s.Out<typeof persistentVolumeClaimStatusShape> {}
export interface PersistentVolumeClaimStatusManifest extends s.In<typeof persistentVolumeClaimStatusShape> {}
export const persistentVolumeClaimStatus: Struct<PersistentVolumeClaimStatus, PersistentVolumeClaimStatusManifest> =
  persistentVolumeClaimStatusShape;

const persistentVolumeClaimShape = s.struct('io.k8s.api.core.v1.PersistentVolumeClaim', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, persistentVolumeClaimSpec),
  status: s.held(3, persistentVolumeClaimStatus),
});
export interface PersistentVolumeClaim extends s.Out<typeof persistentVolumeClaimShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PersistentVolumeClaimManifest extends s.In<typeof persistentVolumeClaimShape> {
  apiVersion?: string;
  kind?: string;
}
export const persistentVolumeClaim: Kind<PersistentVolumeClaim, PersistentVolumeClaimManifest> = defineKind<
  PersistentVolumeClaim,
  PersistentVolumeClaimManifest
>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['pvc'],
  status: { validate: claimStatusRules },
  returnsDeleted: true,
  schema: persistentVolumeClaimShape,

  default: ({ status }) => {
    setFields(persistentVolumeClaimStatus, status, { phase: status.phase ?? 'Pending' });
  },
  prepareForCreate(claim, { gates }) {
    claim.status = { phase: 'Pending' };
    settleDataSources(claim.spec, { gates });
  },
  prepareForUpdate: (next, old, { gates }) => settleDataSources(next.spec, { old: old.spec, gates }),
  validate: claimRules,
  *warnings({ metadata, spec }) {
    if (metadata.annotations?.[storageClassAnnotation] !== undefined) {
      yield `metadata.annotations[${storageClassAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`;
    }
    yield* claimWarnings(spec, field('spec'));
  },
  columns: claimColumns,
});
