import { type Eviction, eviction as evictionKind, type Pod } from '@tiphys/sdk/api';
import { badRequest, type JsonObject } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { checkDeleteOptions, writeRequest } from '../handlers/write.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import { done } from './answer.ts';

const kind = erase(evictionKind);

/** `pods/NAME/eviction`: a deletion that may be refused. Budgets, once there are any, have their say here. */
export const eviction: SubresourceHandler = {
  group: '',
  resource: 'pods',
  subresource: 'eviction',
  verbs: ['create'],
  async handle(c, registry) {
    const { metadata, deleteOptions } = (await readObject(c, kind)) as unknown as Eviction;
    if (metadata.name !== c.info.name) throw badRequest('name in URL does not match name in Eviction object');
    const options = (deleteOptions ?? {}) as DeleteOptions;
    checkDeleteOptions(options as unknown as JsonObject);
    const { manager: _, ...request } = writeRequest(c, 'CreateOptions');
    const dryRun = request.dryRun || (options.dryRun?.includes('All') ?? false);
    const pod = (await registry.get(c.info.namespace, c.info.name, c.signal)).object as Pod;
    const over = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
    await registry.delete({ ...request, dryRun }, over ? { ...options, gracePeriodSeconds: 0 } : options);
    return done(c, 201);
  },
};
