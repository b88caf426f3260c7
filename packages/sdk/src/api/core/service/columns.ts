import type { Column } from '../../../schema/index.ts';
import { ageColumn, labelsText, nameColumn, selectorColumn } from '../../meta/columns.ts';
import type { Service } from './service.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  { name: 'Type', type: 'string', field: 'spec.type', value: ({ spec }) => spec.type },
  {
    name: 'Cluster-IP',
    type: 'string',
    field: 'spec.clusterIP',
    value: ({ spec }) => spec.clusterIPs?.[0] ?? '<none>',
  },
  { name: 'External-IP', type: 'string', field: 'spec.externalIPs', value: externalAddresses },
  { name: 'Port(s)', type: 'string', field: 'spec.ports', value: portsText },
  ageColumn,
  selectorColumn(({ spec }) => labelsText(spec.selector)),
];

function externalAddresses({ spec, status }: Service): string {
  const own = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.join(',') || '<none>';
    case 'LoadBalancer': {
      const given = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean);
      return [...[...new Set(given)].sort(), ...own].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portsText({ spec }: Service): string {
  const one = ({ port, nodePort, protocol }: NonNullable<Service['spec']['ports']>[number]) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
  return (spec.ports ?? []).map(one).join(',') || '<none>';
}
