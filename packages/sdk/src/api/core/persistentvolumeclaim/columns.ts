import type { Column } from '../../../schema/index.ts';
import { ageColumn, nameColumn } from '../../meta/columns.ts';
import { accessModesText, storageClassAnnotation } from '../volume-modes.ts';
import type { PersistentVolumeClaim } from './persistentvolumeclaim.ts';

/** What a claim got is told once it has a volume. */
export const claimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    field: 'status.phase',
    value: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status.phase ?? '')),
  },
  { name: 'Volume', type: 'string', field: 'spec.volumeName', value: ({ spec }) => spec.volumeName ?? '' },
  {
    name: 'Capacity',
    type: 'string',
    field: 'status.capacity',
    value: ({ spec, status }) => (spec.volumeName ? (status.capacity?.['storage'] ?? '0') : ''),
  },
  {
    name: 'Access Modes',
    type: 'string',
    field: 'status.accessModes',
    value: ({ spec, status }) => (spec.volumeName ? accessModesText(status.accessModes) : ''),
  },
  {
    name: 'StorageClass',
    type: 'string',
    description: 'StorageClass of the pvc',
    value: ({ metadata, spec }) => metadata.annotations?.[storageClassAnnotation] ?? spec.storageClassName ?? '',
  },
  {
    name: 'VolumeAttributesClass',
    type: 'string',
    description: 'VolumeAttributesClass of the pvc',
    value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
  },
  ageColumn,
  {
    name: 'VolumeMode',
    type: 'string',
    field: 'spec.volumeMode',
    priority: 1,
    value: ({ spec }) => spec.volumeMode ?? '<unset>',
  },
];
