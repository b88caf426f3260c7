import { type Binding, binding as bindingKind, type Pod } from '@tiphys/sdk/api';
import { badRequest, conflict, type KubeObject, StatusError, timestamp } from '@tiphys/sdk/machinery';
import { erase, type PartStrategy } from '@tiphys/sdk/schema';
import type { RequestContext } from '../context.ts';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import { done } from './answer.ts';

const kind = erase(bindingKind);
/** The binding itself decides what changes; nothing is brought back and nothing judged. */
const asGiven: PartStrategy<KubeObject> = { prepareForUpdate: () => {} };

/** `pods/NAME/binding`: gives a pod its node, once. */
export const binding: SubresourceHandler = {
  group: '',
  resource: 'pods',
  subresource: 'binding',
  verbs: ['create'],
  async handle(c, registry) {
    const { metadata, target } = (await readObject(c, kind)) as unknown as Binding;
    const { manager: _, ...request } = writeRequest(c, 'CreateOptions');
    checkPlace({ ...(metadata.namespace && { namespace: metadata.namespace }) }, c.info.namespace, '');
    if (metadata.name !== c.info.name) throw badRequest('name in URL does not match name in Binding object');
    checkTarget(target);
    await registry.update({
      ...request,
      subresource: 'binding',
      strategy: asGiven,
      retry: true,
      next: (current) => bound(c, current as Pod | undefined, { metadata, target }),
    });
    return done(c, 201);
  },
};

function checkTarget({ kind: of, name }: Binding['target']): void {
  // Upstream lets these field errors through as they are.
  if (of && of !== 'Node') {
    throw new StatusError(
      500,
      '',
      `target.kind: Unsupported value: ${JSON.stringify(of)}: supported values: "Node", "<empty>"`,
    );
  }
  if (!name) throw new StatusError(500, '', 'target.name: Required value');
}

function bound(
  c: RequestContext,
  current: Pod | undefined,
  { metadata, target }: Pick<Binding, 'metadata' | 'target'>,
): KubeObject {
  const pod = current!;
  const name = pod.metadata.name ?? '';
  const refuse = (why: string) => conflict({ group: '', resource: 'pods/binding' }, name, why);
  if (metadata.uid && metadata.uid !== pod.metadata.uid) {
    throw conflict(
      { group: '', resource: 'pods' },
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/pods/${pod.metadata.namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(c.now) };
  const { nominatedNodeName: _, conditions = [], ...status } = pod.status;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(metadata.annotations && { annotations: { ...pod.metadata.annotations, ...metadata.annotations } }),
      ...(metadata.labels && { labels: { ...pod.metadata.labels, ...metadata.labels } }),
    },
    spec: { ...pod.spec, nodeName: target.name },
    status: { ...status, conditions: [...conditions.filter((k) => k.type !== 'PodScheduled'), scheduled] },
  } as Pod;
}
