import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ipWarning } from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { listText } from '../meta/list-text.ts';
import { endpointsRules } from './endpoints-rules.ts';
import { objectReference } from './object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';

const endpointAddressShape = s.struct(
  'io.k8s.api.core.v1.EndpointAddress',
  {
    ip: s.req(1, s.str()),
    hostname: s.zero(3, s.str()),
    nodeName: s.opt(4, s.str()),
    targetRef: s.opt(2, objectReference),
  },
  { atomic: true },
);
export interface EndpointAddress extends s.Out<typeof endpointAddressShape> {}
export interface EndpointAddressManifest extends s.In<typeof endpointAddressShape> {}
export const endpointAddress: Struct<EndpointAddress, EndpointAddressManifest> = endpointAddressShape;

const endpointPortShape = s.struct(
  'io.k8s.api.core.v1.EndpointPort',
  {
    name: s.zero(1, s.str()),
    port: s.req(2, s.int32()),
    protocol: s.zero(3, s.oneOf('SCTP', 'TCP', 'UDP'), { fill: 'TCP' }),
    appProtocol: s.opt(4, s.str()),
  },
  { atomic: true },
);
export interface EndpointPort extends s.Out<typeof endpointPortShape> {}
export interface EndpointPortManifest extends s.In<typeof endpointPortShape> {}
export const endpointPort: Struct<EndpointPort, EndpointPortManifest> = endpointPortShape;

const endpointSubsetShape = s.struct('io.k8s.api.core.v1.EndpointSubset', {
  addresses: s.zero(1, s.list(endpointAddress)),
  notReadyAddresses: s.zero(2, s.list(endpointAddress)),
  ports: s.zero(3, s.list(endpointPort)),
});
export interface EndpointSubset extends s.Out<typeof endpointSubsetShape> {}
export interface EndpointSubsetManifest extends s.In<typeof endpointSubsetShape> {}
export const endpointSubset: Struct<EndpointSubset, EndpointSubsetManifest> = endpointSubsetShape;

const endpointsShape = s.struct('io.k8s.api.core.v1.Endpoints', {
  metadata: s.held(1, objectMeta),
  subsets: s.zero(2, s.list(endpointSubset)),
});
export interface Endpoints extends s.Out<typeof endpointsShape> {
  apiVersion?: string;
  kind?: string;
}
export interface EndpointsManifest extends s.In<typeof endpointsShape> {
  apiVersion?: string;
  kind?: string;
}
export const endpoints: Kind<Endpoints, EndpointsManifest> = defineKind<Endpoints, EndpointsManifest>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['ep'],
  createOnUpdate: true,
  storagePrefix: 'services/endpoints',
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  schema: endpointsShape,

  validate: endpointsRules,
  *warnings({ metadata, subsets = [] }) {
    // The controller writes addresses the one right way.
    if (metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return;
    for (const [i, subset] of subsets.entries()) {
      for (const list of ['addresses', 'notReadyAddresses'] as const) {
        for (const [j, { ip }] of (subset[list] ?? []).entries()) {
          const warning = ipWarning(ip);
          if (warning) yield `subsets[${i}].${list}[${j}].ip: ${warning}`;
        }
      }
    }
  },
  columns: [nameColumn, { name: 'Endpoints', type: 'string', field: 'subsets', value: readyText }, ageColumn],
});

/** The first few addresses that are ready, with each of their ports. */
function readyText({ subsets = [] }: Endpoints): string {
  if (!subsets.length) return '<none>';
  const ready = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length
      ? ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`))
      : addresses.map(({ ip }) => ip),
  );
  return listText(ready);
}
