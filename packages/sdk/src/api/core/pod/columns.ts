import type { Column, RowCondition } from '../../../schema/index.ts';
import { ageColumn, nameColumn } from '../../meta/columns.ts';
import { humanDuration } from '../../meta/human-duration.ts';
import type { Pod } from './pod.ts';
import { summaryOf } from './summary.ts';

const none = '<none>';
const wide = (name: string, value: (pod: Pod) => string): Column<Pod> => ({ name, type: 'string', priority: 1, value });

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    value: (pod) => {
      const { ready, containers } = summaryOf(pod);
      return `${ready}/${containers}`;
    },
  },
  { name: 'Status', type: 'string', value: (pod) => summaryOf(pod).status },
  {
    name: 'Restarts',
    type: 'string',
    value: (pod, { now }) => {
      const { restarts, lastRestart } = summaryOf(pod);
      if (!restarts || lastRestart === undefined) return `${restarts}`;
      return `${restarts} (${humanDuration(now - lastRestart)} ago)`;
    },
  },
  ageColumn,
  wide('IP', ({ status }) => status.podIPs?.[0]?.ip || none),
  wide('Node', ({ spec }) => spec.nodeName || none),
  wide('Nominated Node', ({ status }) => status.nominatedNodeName || none),
  wide('Readiness Gates', ({ spec, status }) => {
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
