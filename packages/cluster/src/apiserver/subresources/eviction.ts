import { type Eviction, eviction as evictionKind, type Pod } from '@tiphys/sdk/api';
import { badRequest, conflict, deepCopy, type JsonObject, type KubeObject } from '@tiphys/sdk/machinery';
import { erase, type PartStrategy } from '@tiphys/sdk/schema';
import { creationOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { checkDeleteOptions, writeRequest } from '../handlers/write.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import { done } from './answer.ts';
import { setCondition } from './pod-condition.ts';

const kind = erase(evictionKind);
const asGiven: PartStrategy<KubeObject> = { prepareForUpdate: () => {} };

/** `pods/NAME/eviction`: a deletion that may be refused. Budgets, once there are any, have their say here. */
export const eviction = (admission: () => AdmissionChain): SubresourceHandler => ({
  group: '',
  resource: 'pods',
  subresource: 'eviction',
  verbs: ['create'],
  async handle(c, registry) {
    const asked = await readObject(c, kind);
    const { metadata, deleteOptions } = asked as unknown as Eviction;
    const { manager: _, ...asCreation } = writeRequest(c, 'CreateOptions');
    await admission().admit(creationOf(c, kind, { request: asCreation, object: asked }));
    if (metadata.name !== c.info.name) throw badRequest('name in URL does not match name in Eviction object');
    const options = (deleteOptions ?? {}) as DeleteOptions;
    checkDeleteOptions(options as unknown as JsonObject);
    const dryRun = asCreation.dryRun || (options.dryRun?.includes('All') ?? false);
    const request = { ...asCreation, dryRun, admitted: true };
    await admission().validate(creationOf(c, kind, { request, object: asked }));
    if (dryRun) {
      await registry.delete(request, options);
      return done(c, 201);
    }
    const { object } = await registry.update({
      ...request,
      subresource: 'status',
      strategy: asGiven,
      retry: true,
      next: (current) => evicted(current as Pod, { options, now: c.now }),
    });
    // The mark itself moved the pod on; what the caller saw of it has just been compared.
    const { preconditions } = options;
    const { resourceVersion } = object.metadata;
    const moved =
      preconditions?.resourceVersion && resourceVersion ? { ...preconditions, resourceVersion } : preconditions;
    await registry.delete(request, { ...options, ...(moved && { preconditions: moved }) });
    return done(c, 201);
  },
});

/** The pod, saying why it goes. */
function evicted(pod: Pod, { options, now }: { options: DeleteOptions; now: number }): Pod {
  const { name = '', uid, resourceVersion } = pod.metadata;
  const refuse = (why: string) => conflict({ group: '', resource: 'Pod' }, name, why);
  const { preconditions: wanted } = options;
  if (wanted?.uid && wanted.uid !== uid) {
    throw refuse(
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (wanted?.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  const next = deepCopy(pod);
  const why = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
  setCondition(next, { type: 'DisruptionTarget', status: 'True', ...why }, now);
  return next;
}
