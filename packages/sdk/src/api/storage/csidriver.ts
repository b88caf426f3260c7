import { equal } from '../../machinery/index.ts';
import { defineKind, type Gates, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { isOpen } from '../meta/field-gates.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { csiDriverRules } from './csidriver-rules.ts';

const storageTokenRequestShape = s.struct('io.k8s.api.storage.v1.TokenRequest', {
  audience: s.req(1, s.str()),
  expirationSeconds: s.opt(2, s.int64()),
});
export interface StorageTokenRequest extends s.Out<typeof storageTokenRequestShape> {}
export interface StorageTokenRequestManifest extends s.In<typeof storageTokenRequestShape> {}
export const storageTokenRequest: Struct<StorageTokenRequest, StorageTokenRequestManifest> = storageTokenRequestShape;

const csiDriverSpecShape = s.struct('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: s.opt(1, s.bool(), { fill: true }),
  podInfoOnMount: s.opt(2, s.bool(), { fill: false }),
  volumeLifecycleModes: s.zero(3, s.set(s.str()), { fill: ['Persistent'] }),
  storageCapacity: s.opt(4, s.bool(), { fill: false }),
  fsGroupPolicy: s.opt(5, s.str(), { fill: 'ReadWriteOnceWithFSType' }),
  tokenRequests: s.zero(6, s.list(storageTokenRequest)),
  requiresRepublish: s.opt(7, s.bool(), { fill: false }),
  seLinuxMount: s.opt(8, s.bool(), { fill: false }),
  nodeAllocatableUpdatePeriodSeconds: s.opt(9, s.int64()),
  serviceAccountTokenInSecrets: s.opt(10, s.bool()),
  preventPodSchedulingIfMissing: s.opt(11, s.bool()),
});
export interface CSIDriverSpec extends s.Out<typeof csiDriverSpecShape> {}
export interface CSIDriverSpecManifest extends s.In<typeof csiDriverSpecShape> {}
export const csiDriverSpec: Struct<CSIDriverSpec, CSIDriverSpecManifest> = csiDriverSpecShape;

const csiDriverShape = s.struct('io.k8s.api.storage.v1.CSIDriver', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, csiDriverSpec),
});
export interface CSIDriver extends s.Out<typeof csiDriverShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CSIDriverManifest extends s.In<typeof csiDriverShape> {
  apiVersion?: string;
  kind?: string;
}
export const csiDriver: Kind<CSIDriver, CSIDriverManifest> = defineKind<CSIDriver, CSIDriverManifest>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  returnsDeleted: true,
  unconditionalUpdate: false,
  schema: csiDriverShape,

  prepareForCreate: ({ spec }, { gates }) => settleGatedFields(spec, {}, gates),
  prepareForUpdate({ metadata, spec }, old, { gates }) {
    settleGatedFields(spec, old.spec, gates);
    // Counted from the first change on.
    if (!equal(spec, old.spec)) setFields(objectMeta, metadata, { generation: (old.metadata.generation ?? 0) + 1 });
  },
  validate: csiDriverRules,
  *warnings({ spec }, old) {
    if (!spec.tokenRequests?.length || spec.serviceAccountTokenInSecrets !== undefined) return;
    if (!equal(spec.tokenRequests, old?.spec.tokenRequests)) yield tokensInSecrets;
  },
  columns: [
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', field: 'spec.attachRequired', value: ({ spec }) => spec.attachRequired },
    { name: 'PodInfoOnMount', type: 'boolean', field: 'spec.podInfoOnMount', value: ({ spec }) => spec.podInfoOnMount },
    {
      name: 'StorageCapacity',
      type: 'boolean',
      field: 'spec.storageCapacity',
      value: ({ spec }) => spec.storageCapacity,
    },
    {
      name: 'TokenRequests',
      type: 'string',
      field: 'spec.tokenRequests',
      value: ({ spec }) => spec.tokenRequests?.map((t) => t.audience).join(',') ?? '<unset>',
    },
    {
      name: 'RequiresRepublish',
      type: 'boolean',
      field: 'spec.requiresRepublish',
      value: ({ spec }) => spec.requiresRepublish,
    },
    {
      name: 'Modes',
      type: 'string',
      field: 'spec.volumeLifecycleModes',
      value: ({ spec }) => spec.volumeLifecycleModes.join(',') || '<none>',
    },
    ageColumn,
  ],
});

const tokensInSecrets =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

/** What nobody may ask for where it is off, unless the driver has it already; where it is on it has a default. */
function settleGatedFields(spec: CSIDriverSpec, old: Partial<CSIDriverSpec>, gates: Gates | undefined): void {
  if (isOpen(gates, 'VolumeLimitScaling')) {
    const { preventPodSchedulingIfMissing = false } = spec;
    return setFields(csiDriverSpec, spec, { preventPodSchedulingIfMissing });
  }
  if (old.preventPodSchedulingIfMissing !== undefined) return;
  setFields(csiDriverSpec, spec, { preventPodSchedulingIfMissing: undefined });
}
