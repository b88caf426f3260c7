import { type Eviction, eviction as evictionKind, type Pod } from '@tiphys/sdk/api';
import {
  badRequest,
  conflict,
  deepCopy,
  equal,
  isConflict,
  type JsonObject,
  type KubeObject,
  StatusError,
} from '@tiphys/sdk/machinery';
import { erase, type PartStrategy } from '@tiphys/sdk/schema';
import { creationOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { checkDeleteOptions, checkPlace, writeRequest } from '../handlers/write.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import type { Registry } from '../registry/registry.ts';
import type { WriteRequest } from '../registry/requests.ts';
import { done } from './answer.ts';
import { budgetsOf, mayGoUnready, notYet, spend } from './budgets.ts';
import { setCondition } from './pod-condition.ts';

const kind = erase(evictionKind);
const asGiven: PartStrategy<KubeObject> = { prepareForUpdate: () => {} };

export interface EvictionDeps {
  readonly admission: () => AdmissionChain;
  /** The registry of disruption budgets. */
  readonly budgets: () => Registry;
}

/** `pods/NAME/eviction`: a deletion that budgets may refuse. */
export const eviction = ({ admission, budgets }: EvictionDeps): SubresourceHandler => ({
  of: { group: '', resource: 'pods' },
  subresource: 'eviction',
  verbs: ['create'],
  async handle(c, registry) {
    const asked = await readObject(c, kind);
    const { metadata, deleteOptions } = asked as unknown as Eviction;
    checkPlace(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }, c.info.namespace, '');
    const { manager: _, ...asCreation } = writeRequest(c, 'CreateOptions');
    await admission().admit(creationOf(c, kind, { request: asCreation, object: asked }));
    if (metadata.name !== c.info.name) throw badRequest('name in URL does not match name in Eviction object');
    const options = (deleteOptions ?? {}) as DeleteOptions;
    refuseOtherDryRun(c.query.getAll('dryRun'), options.dryRun ?? []);
    const dryRun = asCreation.dryRun || Boolean(options.dryRun?.length);
    const request = { ...asCreation, dryRun, admitted: true };
    await admission().validate(creationOf(c, kind, { request, object: asked }));
    const pods: Going = { registry, request, options, now: c.now };
    for (let attempt = 1; ; attempt++) {
      const pod = (await registry.get(c.info.namespace, c.info.name)).object as Pod;
      try {
        if (isUncounted(pod)) await remove(pods, isOver(pod) ? undefined : pod);
        else await removeCounted(pods, pod, budgets());
        return done(c, 201);
      } catch (err) {
        // A pod that had not begun may have begun since, and then it counts.
        const moved = isConflict(err) && isUncounted(pod) && options.preconditions?.resourceVersion === undefined;
        if (!moved || attempt >= conflictAttempts) throw err;
      }
    }
  },
});

function refuseOtherDryRun(asked: readonly string[], sent: readonly string[]): void {
  if (!asked.length || !sent.length || equal(asked, sent)) return;
  const why = `Non-matching dry-run options in request and content: [${asked.join(' ')}] and [${sent.join(' ')}]`;
  throw new StatusError(500, '', why);
}

const conflictAttempts = 20;

interface Going {
  readonly registry: Registry;
  readonly request: WriteRequest;
  readonly options: DeleteOptions;
  readonly now: number;
}

/** No budget counts it: it is over, or hasn't begun. */
const isUncounted = (pod: Pod): boolean => isOver(pod) || pod.status.phase === 'Pending';
const isOver = ({ metadata, status }: Pod): boolean =>
  status.phase === 'Succeeded' || status.phase === 'Failed' || Boolean(metadata.deletionTimestamp);

async function removeCounted(eviction: Going, pod: Pod, budgets: Registry): Promise<void> {
  const [budget, ...more] = budgetsOf(budgets, pod);
  if (more.length) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, '', why);
  }
  if (!budget) return remove(eviction);
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (ready || !mayGoUnready(budget)) {
    await spend(budgets, budget, { pod: pod.metadata.name ?? '', request: eviction.request, now: eviction.now });
    return remove(eviction);
  }
  try {
    await remove(eviction, pod);
  } catch (err) {
    // It may have become ready meanwhile.
    const asked = eviction.options.preconditions?.resourceVersion;
    throw isConflict(err) && asked === undefined ? notYet(budget.metadata.name ?? '') : err;
  }
}

/** Deletes the pod, marked with why; as it was `seen`, unless the caller has said as what. */
async function remove({ registry, request, options, now }: Going, seen?: Pod): Promise<void> {
  const resourceVersion = options.preconditions?.resourceVersion ?? seen?.metadata.resourceVersion;
  const preconditions = { ...options.preconditions, ...(resourceVersion !== undefined && { resourceVersion }) };
  const wanted = { ...options, preconditions };
  if (request.dryRun) {
    checkDeleteOptions(options as unknown as JsonObject);
    await registry.delete(request, wanted);
    return;
  }
  const { object } = await registry.update({
    ...request,
    subresource: 'status',
    strategy: asGiven,
    next: (current) => evicted(current as Pod, { options: wanted, now }),
  });
  // The mark itself moved the pod on; what the caller saw of it has just been compared.
  const marked = object.metadata.resourceVersion;
  const moved = resourceVersion && marked ? { ...preconditions, resourceVersion: marked } : preconditions;
  // By then the pod says that it is being evicted, whatever is wrong with the options.
  checkDeleteOptions(options as unknown as JsonObject);
  await registry.delete(request, { ...options, preconditions: moved });
}

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
