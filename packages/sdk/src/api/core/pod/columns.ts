import type { Column, RowCondition } from '../../../schema/index.ts';
import { ageColumn, nameColumn } from '../../meta/columns.ts';
import { humanDuration } from '../../meta/human-duration.ts';
import type { Pod } from './pod.ts';
import { summaryOf } from './summary.ts';

const none = '<none>';
const wide = (name: string, field: string, value: (pod: Pod) => string): Column<Pod> => ({
  name,
  type: 'string',
  field,
  priority: 1,
  value,
});

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    value: (pod) => {
      const { ready, containers } = summaryOf(pod);
      return `${ready}/${containers}`;
    },
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    value: (pod) => summaryOf(pod).status,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    value: (pod, { now }) => {
      const { restarts, lastRestart } = summaryOf(pod);
      if (!restarts || lastRestart === undefined) return `${restarts}`;
      return `${restarts} (${humanDuration(now - lastRestart)} ago)`;
    },
  },
  ageColumn,
  wide('IP', 'status.podIP', ({ status }) => status.podIPs?.[0]?.ip || none),
  wide('Node', 'spec.nodeName', ({ spec }) => spec.nodeName || none),
  wide('Nominated Node', 'status.nominatedNodeName', ({ status }) => status.nominatedNodeName || none),
  wide('Readiness Gates', 'spec.readinessGates', ({ spec, status }) => {
    const gates = spec.readinessGates ?? [];
    const open = gates.filter(
      ({ conditionType }) => status.conditions?.find((c) => c.type === conditionType)?.status === 'True',
    );
    return gates.length ? `${open.length}/${gates.length}` : none;
  }),
];

/** That a pod has run its course, for those who list only what still runs. */
export function podRowConditions({ status }: Pod): RowCondition[] {
  const completed = (reason: string, message: string) => [{ type: 'Completed', status: 'True', reason, message }];
  if (status.phase === 'Succeeded') return completed('Succeeded', 'The pod has completed successfully.');
  return status.phase === 'Failed' ? completed('Failed', 'The pod failed.') : [];
}
