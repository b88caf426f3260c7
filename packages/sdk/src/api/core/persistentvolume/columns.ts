import type { Column } from '../../../schema/index.ts';
import { ageColumn, nameColumn } from '../../meta/columns.ts';
import { accessModesText, storageClassAnnotation } from '../volume-modes.ts';
import type { PersistentVolume } from './persistentvolume.ts';

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  { name: 'Capacity', type: 'string', field: 'spec.capacity', value: ({ spec }) => spec.capacity?.['storage'] ?? '0' },
  {
    name: 'Access Modes',
    type: 'string',
    field: 'spec.accessModes',
    value: ({ spec }) => accessModesText(spec.accessModes),
  },
  {
    name: 'Reclaim Policy',
    type: 'string',
    field: 'spec.persistentVolumeReclaimPolicy',
    value: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '',
  },
  {
    name: 'Status',
    type: 'string',
    field: 'status.phase',
    value: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status.phase ?? '')),
  },
  {
    name: 'Claim',
    type: 'string',
    field: 'spec.claimRef',
    value: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : ''),
  },
  {
    name: 'StorageClass',
    type: 'string',
    description: 'StorageClass of the pv',
    value: ({ metadata, spec }) => metadata.annotations?.[storageClassAnnotation] ?? spec.storageClassName ?? '',
  },
  {
    name: 'VolumeAttributesClass',
    type: 'string',
    description: 'VolumeAttributesClass of the pv',
    value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
  },
  { name: 'Reason', type: 'string', field: 'status.reason', value: ({ status }) => status.reason ?? '' },
  ageColumn,
  {
    name: 'VolumeMode',
    type: 'string',
    field: 'spec.volumeMode',
    priority: 1,
    value: ({ spec }) => spec.volumeMode ?? '<unset>',
  },
];
