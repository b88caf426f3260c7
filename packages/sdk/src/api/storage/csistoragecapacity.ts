import { equal, field, invalid, nonNegativeQuantity, problemsAt, dnsSubdomainProblems } from '../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../schema/index.ts';
import { labelSelectorWarnings } from '../core/deprecated-node-labels.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';

const csiStorageCapacityShape = s.struct('io.k8s.api.storage.v1.CSIStorageCapacity', {
  metadata: s.held(1, objectMeta),
  nodeTopology: s.opt(2, labelSelector),
  storageClassName: s.req(3, s.str()),
  capacity: s.opt(4, s.quantity()),
  maximumVolumeSize: s.opt(5, s.quantity()),
});
export interface CSIStorageCapacity extends s.Out<typeof csiStorageCapacityShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CSIStorageCapacityManifest extends s.In<typeof csiStorageCapacityShape> {
  apiVersion?: string;
  kind?: string;
}
export const csiStorageCapacity: Kind<CSIStorageCapacity, CSIStorageCapacityManifest> = defineKind<
  CSIStorageCapacity,
  CSIStorageCapacityManifest
>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  unconditionalUpdate: false,
  schema: csiStorageCapacityShape,

  *validate(next, old) {
    const allowInvalidValues = Boolean(old?.nodeTopology && !isUsableSelector(old.nodeTopology));
    yield* validateLabelSelector(next.nodeTopology, field('nodeTopology'), { allowInvalidValues });
    const { storageClassName, capacity } = next;
    yield* problemsAt(dnsSubdomainProblems(storageClassName), storageClassName, field('storageClassName'));
    if (capacity !== undefined) yield* nonNegativeQuantity(capacity, field('capacity'));
  },
  *validateChange(next, old) {
    for (const name of ['nodeTopology', 'storageClassName'] as const) {
      if (!equal(next[name], old[name])) yield invalid(field(name), next[name], 'field is immutable');
    }
  },
  warnings: ({ nodeTopology }) => labelSelectorWarnings(nodeTopology, field('nodeTopology')),
});
