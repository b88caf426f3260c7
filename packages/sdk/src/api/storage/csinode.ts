import {
  duplicate,
  equal,
  errorsOf,
  field,
  type FieldError,
  invalid,
  nonNegative,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../machinery/index.ts';
import { validateDriverName } from '../core/pod/validation/volume-source.ts';
import { defineKind, internalValue, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const volumeNodeResourcesShape = s.struct('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: s.opt(1, s.int32()),
});
export interface VolumeNodeResources extends s.Out<typeof volumeNodeResourcesShape> {}
export interface VolumeNodeResourcesManifest extends s.In<typeof volumeNodeResourcesShape> {}
export const volumeNodeResources: Struct<VolumeNodeResources, VolumeNodeResourcesManifest> = volumeNodeResourcesShape;

const csiNodeDriverShape = s.struct('io.k8s.api.storage.v1.CSINodeDriver', {
  name: s.req(1, s.str()),
  nodeID: s.req(2, s.str()),
  topologyKeys: s.held(3, s.list(s.str())),
  allocatable: s.opt(4, volumeNodeResources),
});
export interface CSINodeDriver extends s.Out<typeof csiNodeDriverShape> {}
export interface CSINodeDriverManifest extends s.In<typeof csiNodeDriverShape> {}
export const csiNodeDriver: Struct<CSINodeDriver, CSINodeDriverManifest> = csiNodeDriverShape;

const csiNodeSpecShape = s.struct('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: s.req(1, s.listByKey(csiNodeDriver, ['name'], { patchKey: 'name' })),
});
export interface CSINodeSpec extends s.Out<typeof csiNodeSpecShape> {}
export interface CSINodeSpecManifest extends s.In<typeof csiNodeSpecShape> {}
export const csiNodeSpec: Struct<CSINodeSpec, CSINodeSpecManifest> = csiNodeSpecShape;

const csiNodeShape = s.struct('io.k8s.api.storage.v1.CSINode', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, csiNodeSpec),
});
export interface CSINode extends s.Out<typeof csiNodeShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CSINodeManifest extends s.In<typeof csiNodeShape> {
  apiVersion?: string;
  kind?: string;
}
export const csiNode: Kind<CSINode, CSINodeManifest> = defineKind<CSINode, CSINodeManifest>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  updateRules: ['metadata', 'object'],
  returnsDeleted: true,
  unconditionalUpdate: false,
  schema: csiNodeShape,

  *validate(next, old) {
    const at = field('spec', 'drivers');
    const drivers = next.spec.drivers ?? [];
    for (const [i, driver] of drivers.entries()) {
      const here = at.index(i);
      yield* driverRules(driver, here);
      if (drivers.findIndex(({ name }) => name === driver.name) < i) yield duplicate(here.child('name'), driver.name);
      yield* topologyKeysRules(driver.topologyKeys ?? [], here);
    }
    for (const before of old?.spec.drivers ?? []) {
      for (const driver of drivers) {
        if (driver.name !== before.name || equal(fixedOf(driver), fixedOf(before))) continue;
        const { allocatable: _, ...told } = driver;
        yield invalid(at, internalValue(csiNodeDriver, told), 'field is immutable');
      }
    }
  },
  columns: [
    nameColumn,
    {
      name: 'Drivers',
      type: 'integer',
      description: 'Drivers indicates the number of CSI drivers registered on the node',
      value: (n) => n.spec.drivers?.length ?? 0,
    },
    ageColumn,
  ],
});

const longestNodeId = 256;

function* driverRules({ name, nodeID, allocatable }: CSINodeDriver, at: Path): Iterable<FieldError> {
  yield* errorsOf(validateDriverName, name, at.child('name'));
  if (!nodeID) yield required(at.child('nodeID'));
  if (Buffer.byteLength(nodeID) > longestNodeId) {
    yield invalid(at.child('nodeID'), nodeID, `must be ${longestNodeId} characters or less`);
  }
  yield* nonNegative(allocatable?.count, at.child('allocatable', 'count'));
}

/** Told of the driver as a whole. */
function* topologyKeysRules(keys: readonly string[], at: Path): Iterable<FieldError> {
  for (const [i, key] of keys.entries()) {
    if (!key) yield required(at);
    if (keys.indexOf(key) < i) yield duplicate(at, key);
    yield* problemsAt(qualifiedNameProblems(key), key, at);
  }
}

/** How many volumes a driver can attach may change; the rest of it may not. */
const fixedOf = ({ name, nodeID, topologyKeys }: CSINodeDriver) => ({ name, nodeID, topologyKeys: topologyKeys ?? [] });
