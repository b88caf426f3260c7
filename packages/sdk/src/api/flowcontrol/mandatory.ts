import { equal } from '../../machinery/index.ts';
import { decode, type Struct } from '../../schema/index.ts';
import { flowSchemaSpec } from './flowschema-spec.ts';
import { priorityLevelConfigurationSpec } from './prioritylevel-spec.ts';

/** What no cluster goes without, and nobody changes: who is never held up, and what the rest falls into. */

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};
const group = (name: string) => ({ kind: 'Group', group: { name } });

/** As they are served. */
function fixed<O, M>({ shape }: Struct<O, M>, specs: Readonly<Record<string, M>>): ReadonlyMap<string, O> {
  return new Map(Object.entries(specs).map(([name, spec]) => [name, decode(shape, spec) as O]));
}

export const mandatoryFlowSchemas = fixed(flowSchemaSpec, {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [{ subjects: [group('system:masters')], ...everything }],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], ...everything }],
  },
});

export const mandatoryPriorityLevels = fixed(priorityLevelConfigurationSpec, {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
});

/** Whether something has the name of one of these and says anything else, but for a part that may differ. */
export function differsFromMandatory(mandatory: object | undefined, spec: object, except = ''): boolean {
  return mandatory !== undefined && !equal({ ...spec, [except]: undefined }, { ...mandatory, [except]: undefined });
}
