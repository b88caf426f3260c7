import { deepCopy } from '../../../machinery/index.ts';
import { type Gates, setFields } from '../../../schema/index.ts';
import { isOpen } from '../../meta/field-gates.ts';
import { persistentVolumeClaimSpec, type PersistentVolumeClaimSpec } from '../pod/volume.ts';

/**
 * What fills a new volume is said twice: `dataSource` is as old as clients are, `dataSourceRef` can say more. Each is filled from the
 * other. Of the older one alone only what it always could name is kept.
 */
export function settleDataSources(
  spec: PersistentVolumeClaimSpec,
  { old, gates }: { old?: PersistentVolumeClaimSpec; gates: Gates | undefined },
): void {
  const had = Boolean(old?.dataSource ?? old?.dataSourceRef);
  let { dataSource, dataSourceRef } = spec;
  // Data of other namespaces is for those who ask for that feature.
  const mayCross = isOpen(gates, 'CrossNamespaceVolumeDataSource') || old?.dataSourceRef;
  if (dataSourceRef?.namespace && !mayCross) dataSourceRef = undefined;
  if (!had && !dataSourceRef && dataSource && !isClaimOrSnapshot(dataSource)) dataSource = undefined;
  if (dataSource && !dataSourceRef) dataSourceRef = deepCopy(dataSource);
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _, ...local } = deepCopy(dataSourceRef);
    dataSource = local;
  }
  setFields(persistentVolumeClaimSpec, spec, { dataSource, dataSourceRef });
}

const isClaimOrSnapshot = ({ apiGroup, kind }: { apiGroup: string | null; kind: string }): boolean =>
  (kind === 'PersistentVolumeClaim' && !apiGroup) ||
  (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');
