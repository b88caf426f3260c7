import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { equal, ipWarning } from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { listText } from '../meta/list-text.ts';
import { endpointSliceRules } from './endpointslice-rules.ts';
import { objectReference } from '../core/object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';

const endpointConditionsShape = s.struct('io.k8s.api.discovery.v1.EndpointConditions', {
  ready: s.opt(1, s.bool()),
  serving: s.opt(2, s.bool()),
  terminating: s.opt(3, s.bool()),
});
export interface EndpointConditions extends s.Out<typeof endpointConditionsShape> {}
export interface EndpointConditionsManifest extends s.In<typeof endpointConditionsShape> {}
export const endpointConditions: Struct<EndpointConditions, EndpointConditionsManifest> = endpointConditionsShape;

const forZoneShape = s.struct('io.k8s.api.discovery.v1.ForZone', {
  name: s.req(1, s.str()),
});
export interface ForZone extends s.Out<typeof forZoneShape> {}
export interface ForZoneManifest extends s.In<typeof forZoneShape> {}
export const forZone: Struct<ForZone, ForZoneManifest> = forZoneShape;

const forNodeShape = s.struct('io.k8s.api.discovery.v1.ForNode', {
  name: s.req(1, s.str()),
});
export interface ForNode extends s.Out<typeof forNodeShape> {}
export interface ForNodeManifest extends s.In<typeof forNodeShape> {}
export const forNode: Struct<ForNode, ForNodeManifest> = forNodeShape;

const endpointHintsShape = s.struct('io.k8s.api.discovery.v1.EndpointHints', {
  forZones: s.zero(1, s.list(forZone)),
  forNodes: s.zero(2, s.list(forNode)),
});
export interface EndpointHints extends s.Out<typeof endpointHintsShape> {}
export interface EndpointHintsManifest extends s.In<typeof endpointHintsShape> {}
export const endpointHints: Struct<EndpointHints, EndpointHintsManifest> = endpointHintsShape;

const endpointShape = s.struct('io.k8s.api.discovery.v1.Endpoint', {
  addresses: s.req(1, s.set(s.str())),
  conditions: s.held(2, endpointConditions),
  hostname: s.opt(3, s.str()),
  targetRef: s.opt(4, objectReference),
  deprecatedTopology: s.zero(5, s.map(s.str())),
  nodeName: s.opt(6, s.str()),
  zone: s.opt(7, s.str()),
  hints: s.opt(8, endpointHints),
});
export interface Endpoint extends s.Out<typeof endpointShape> {}
export interface EndpointManifest extends s.In<typeof endpointShape> {}
export const endpoint: Struct<Endpoint, EndpointManifest> = endpointShape;

const endpointSlicePortShape = s.struct(
  'io.k8s.api.discovery.v1.EndpointPort',
  {
    name: s.opt(1, s.str(), { fill: '' }),
    protocol: s.opt(2, s.oneOf('SCTP', 'TCP', 'UDP'), { fill: 'TCP' }),
    port: s.opt(3, s.int32()),
    appProtocol: s.opt(4, s.str()),
  },
  { atomic: true },
);
export interface EndpointSlicePort extends s.Out<typeof endpointSlicePortShape> {}
export interface EndpointSlicePortManifest extends s.In<typeof endpointSlicePortShape> {}
export const endpointSlicePort: Struct<EndpointSlicePort, EndpointSlicePortManifest> = endpointSlicePortShape;

const endpointSliceShape = s.struct('io.k8s.api.discovery.v1.EndpointSlice', {
  metadata: s.held(1, objectMeta),
  addressType: s.req(4, s.oneOf('FQDN', 'IPv4', 'IPv6')),
  endpoints: s.held(2, s.list(endpoint), { nullable: true }),
  ports: s.held(3, s.list(endpointSlicePort), { nullable: true }),
});
export interface EndpointSlice extends s.Out<typeof endpointSliceShape> {
  apiVersion?: string;
  kind?: string;
}
export interface EndpointSliceManifest extends s.In<typeof endpointSliceShape> {
  apiVersion?: string;
  kind?: string;
}
export const endpointSlice: Kind<EndpointSlice, EndpointSliceManifest> = defineKind<
  EndpointSlice,
  EndpointSliceManifest
>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object'],
  generation: true,
  schema: endpointSliceShape,

  prepareForCreate: dropTopology,
  prepareForUpdate(next, old) {
    if (!equal(contentOf(next), contentOf(old))) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
    if (!equal(topologiesOf(next), topologiesOf(old))) dropTopology(next);
  },
  validate: endpointSliceRules,
  *warnings({ addressType, endpoints }, old) {
    if (addressType === 'FQDN') {
      if (!old) yield 'spec.addressType: FQDN endpoints are deprecated';
      return;
    }
    for (const [i, { addresses }] of (endpoints ?? []).entries()) {
      for (const [j, address] of addresses.entries()) {
        const warning = ipWarning(address);
        if (warning) yield `endpoints[${i}].addresses[${j}]: ${warning}`;
      }
    }
  },
  columns: [
    nameColumn,
    { name: 'AddressType', type: 'string', field: 'addressType', value: (slice) => slice.addressType },
    {
      name: 'Ports',
      type: 'string',
      field: 'ports',
      value: ({ ports }) => listText((ports ?? []).map(({ name, port }) => String(port ?? (name || '*')))) || '<unset>',
    },
    {
      name: 'Endpoints',
      type: 'string',
      field: 'endpoints',
      value: ({ endpoints }) => listText((endpoints ?? []).flatMap((e) => e.addresses)) || '<unset>',
    },
    ageColumn,
  ],
});

/** What a change of counts as a new generation: everything but metadata, and labels, by which slices are found. */
const contentOf = ({ metadata: { labels = {} }, addressType, endpoints, ports }: EndpointSlice) => ({
  labels,
  addressType,
  endpoints: endpoints ?? [],
  ports: ports ?? [],
});

const topologiesOf = ({ endpoints }: EndpointSlice) => (endpoints ?? []).map((e) => e.deprecatedTopology ?? {});

/** This version took it over from an earlier one: what has it keeps it, nobody else gets it. */
function dropTopology({ endpoints }: EndpointSlice): void {
  for (const e of endpoints ?? []) setFields(endpoint, e, { deprecatedTopology: undefined });
}
