import { flowSchema, type FlowSchema, type FlowSchemaCondition, priorityLevelConfiguration } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { defineController, watch } from '@tiphys/sdk/operator';

const fieldManager = 'api-priority-and-fairness-config-consumer-v1';

/** Says of each flow schema whether the priority level that it leads to is there. */
export const flowSchemaStatus = defineController({
  name: 'flow-schema-status',
  for: flowSchema,
  watches: [
    watch(priorityLevelConfiguration, (next, old, cache) => {
      const { name } = (next ?? old)!.metadata;
      return cache
        .list(flowSchema)
        .filter(({ spec }) => spec.priorityLevelConfiguration.name === name)
        .map((schema) => schema.metadata.name!);
    }),
  ],

  async reconcile(schema, { client, cache, clock, signal }) {
    const level = schema.spec.priorityLevelConfiguration.name;
    const exists = cache.get(priorityLevelConfiguration, undefined, level) !== undefined;
    const condition = dangling(schema, { exists, now: clock.now() });
    if (!condition) return;
    const { name } = schema.metadata;
    const options = { subresource: 'status', fieldManager, force: true, signal };
    await client.apply(flowSchema, { metadata: { name: name! }, status: { conditions: [condition] } }, options);
  },
});

/** What is to be said of a schema that doesn't say it yet. */
export function dangling(
  { spec, status }: FlowSchema,
  { exists, now }: { exists: boolean; now: number },
): FlowSchemaCondition | undefined {
  const level = JSON.stringify(spec.priorityLevelConfiguration.name);
  const what = `This FlowSchema references the PriorityLevelConfiguration object named ${level}`;
  const said = exists
    ? { status: 'False', reason: 'Found', message: `${what} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${what} but there is no such object` };
  const old = status.conditions?.find((c) => c.type === 'Dangling');
  if (old?.status === said.status && old.reason === said.reason && old.message === said.message) return undefined;
  const lastTransitionTime = old?.status === said.status ? old.lastTransitionTime : timestamp(now);
  return { type: 'Dangling', lastTransitionTime, ...said };
}
