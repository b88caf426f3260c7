import { timestamp } from '../../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type WriteContext } from '../../../schema/index.ts';
import { objectMeta } from '../../meta/object-meta.ts';
import { persistentVolumeColumns } from './columns.ts';
import { persistentVolumeChangeRules, persistentVolumeRules } from './rules.ts';
import { persistentVolumeSpec, persistentVolumeStatus } from './volume-spec.ts';
import { persistentVolumeWarnings } from './warnings.ts';

const persistentVolumeShape = s.struct('io.k8s.api.core.v1.PersistentVolume', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, persistentVolumeSpec),
  status: s.held(3, persistentVolumeStatus),
});
export interface PersistentVolume extends s.Out<typeof persistentVolumeShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PersistentVolumeManifest extends s.In<typeof persistentVolumeShape> {
  apiVersion?: string;
  kind?: string;
}
export const persistentVolume: Kind<PersistentVolume, PersistentVolumeManifest> = defineKind<
  PersistentVolume,
  PersistentVolumeManifest
>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadata', 'object', 'change'],
  shortNames: ['pv'],
  status: { prepareForUpdate: tellPhaseChange },
  returnsDeleted: true,
  schema: persistentVolumeShape,

  default: ({ spec, status }) => {
    setFields(persistentVolumeSpec, spec, {
      persistentVolumeReclaimPolicy: spec.persistentVolumeReclaimPolicy ?? 'Retain',
      volumeMode: spec.volumeMode ?? 'Filesystem',
    });
    setFields(persistentVolumeStatus, status, { phase: status.phase ?? 'Pending' });
  },
  prepareForCreate(volume, { now }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
  },
  validate: persistentVolumeRules,
  validateChange: persistentVolumeChangeRules,
  warnings: persistentVolumeWarnings,
  columns: persistentVolumeColumns,
});

/** When the phase changed, unless whoever changed it says. */
function tellPhaseChange(next: PersistentVolume, old: PersistentVolume, { now }: WriteContext): void {
  const { phase, lastPhaseTransitionTime: told } = next.status;
  const { phase: before, lastPhaseTransitionTime: kept } = old.status;
  if (phase === before && told === undefined) {
    setFields(persistentVolumeStatus, next.status, { lastPhaseTransitionTime: kept });
  } else if (phase !== before && (told === undefined || told === kept)) {
    setFields(persistentVolumeStatus, next.status, { lastPhaseTransitionTime: timestamp(now) });
  }
}
