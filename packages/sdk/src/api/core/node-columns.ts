import type { Column } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import type { Node } from './node.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

const wide = (name: string, field: string, value: (node: Node) => string): Column<Node> => ({
  name,
  type: 'string',
  field,
  priority: 1,
  value,
});
const addressOf = ({ status }: Node, type: string): string =>
  status.addresses?.find((a) => a.type === type)?.address ?? '<none>';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  { name: 'Status', type: 'string', description: 'The status of the node', value: statusText },
  { name: 'Roles', type: 'string', description: 'The roles of the node', value: rolesText },
  ageColumn,
  {
    name: 'Version',
    type: 'string',
    field: 'status.nodeInfo.kubeletVersion',
    value: ({ status }) => status.nodeInfo.kubeletVersion,
  },
  wide('Internal-IP', 'status.addresses', (n) => addressOf(n, 'InternalIP')),
  wide('External-IP', 'status.addresses', (n) => addressOf(n, 'ExternalIP')),
  wide('OS-Image', 'status.nodeInfo.osImage', ({ status }) => status.nodeInfo.osImage || '<unknown>'),
  wide('Kernel-Version', 'status.nodeInfo.kernelVersion', ({ status: { nodeInfo } }) => {
    const { kernelVersion, architecture } = nodeInfo;
    if (!kernelVersion) return '<unknown>';
    return architecture ? `${kernelVersion} (${architecture})` : kernelVersion;
  }),
  wide(
    'Container-Runtime',
    'status.nodeInfo.containerRuntimeVersion',
    ({ status }) => status.nodeInfo.containerRuntimeVersion || '<unknown>',
  ),
];

function statusText({ spec, status }: Node): string {
  const ready = (status.conditions ?? []).filter((c) => c.type === 'Ready');
  const words: string[] = ready.map((c) => (c.status === 'True' ? 'Ready' : 'NotReady'));
  if (!words.length) words.push('Unknown');
  if (spec.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function rolesText({ metadata }: Node): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(metadata.labels ?? {})) {
    const role = label === roleLabel ? value : label.startsWith(rolePrefix) ? label.slice(rolePrefix.length) : '';
    if (role) roles.add(role);
  }
  return [...roles].sort().join(',') || '<none>';
}
