import { type Binding, binding as bindingKind, isOpen, type Pod, podSpec, podStatus } from '@tiphys/sdk/api';
import { badRequest, conflict, type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import { erase, type Gates, type PartStrategy, setFields } from '@tiphys/sdk/schema';
import { creationOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import { readObject } from '../handlers/body.ts';
import { type Endpoint, noSuchPath, notOnThis, type SubresourceHandler } from '../handlers/dispatch.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import type { Registry } from '../registry/registry.ts';
import { otherRevision, otherUid } from '../registry/refusals.ts';
import { done } from './answer.ts';
import { setCondition } from './pod-condition.ts';

const kind = erase(bindingKind);
/** The binding itself decides what changes; nothing is brought back and nothing judged. */
const asGiven: PartStrategy<KubeObject> = { prepareForUpdate: () => {} };

/** `pods/NAME/binding`: gives a pod its node, once. */
export const binding = (admission: () => AdmissionChain): SubresourceHandler => ({
  of: { group: '', resource: 'pods' },
  subresource: 'binding',
  verbs: ['create'],
  handle: (c, registry) => bind(c, registry, admission()),
});

/** `bindings`: the same for clients of old, the pod named in the body. */
export const bindings =
  (pods: () => Registry, admission: () => AdmissionChain): Endpoint =>
  (c) => {
    const { group, version, resource, name, namespace, verb } = c.info;
    if (group || version !== 'v1' || resource !== 'bindings') return undefined;
    if (name || !namespace) throw noSuchPath();
    if (verb === 'create') return bind(c, pods(), admission());
    throw notOnThis();
  };

async function bind(c: RequestContext, registry: Registry, admission: AdmissionChain): Promise<ServerResponse> {
  const asked = await readObject(c, kind);
  const { metadata, target } = asked as unknown as Binding;
  const { manager: _, ...request } = writeRequest(c, 'CreateOptions');
  checkPlace({ ...(metadata.namespace && { namespace: metadata.namespace }) }, c.info.namespace, '');
  const name = c.info.name || (metadata.name ?? '');
  if (metadata.name !== name && name) throw badRequest('name in URL does not match name in Binding object');
  const attributes = creationOf(c, kind, { request, object: asked });
  await admission.admit(attributes);
  checkTarget(target);
  if (!name) throw badRequest('Name parameter required.');
  // The old way gives every binding a uid of its own, and so forgets what the client said of the pod's.
  const wantedUid = c.info.name && metadata.uid;
  await admission.validate(attributes);
  await registry.update({
    ...request,
    name,
    admitted: true,
    subresource: 'binding',
    strategy: asGiven,
    next: (current) => {
      const is = current!.metadata;
      if (wantedUid && wantedUid !== is.uid) throw otherUid(registry.resource, { wanted: wantedUid, is }, request);
      const wanted = metadata.resourceVersion;
      if (wanted && wanted !== is.resourceVersion) throw otherRevision(registry.resource, { wanted, is }, request);
      return bound(c, current as Pod, { metadata, target, gates: registry.gates });
    },
  });
  return done(c, 201);
}

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

interface Bond extends Pick<Binding, 'metadata' | 'target'> {
  readonly gates: Gates | undefined;
}

function bound(c: RequestContext, pod: Pod, { metadata, target, gates }: Bond): KubeObject {
  const name = pod.metadata.name ?? '';
  const refuse = (why: string) => conflict({ group: '', resource: 'pods/binding' }, name, why);
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const next = { ...pod, metadata: { ...pod.metadata }, spec: { ...pod.spec }, status: { ...pod.status } };
  const { labels, annotations } = metadata;
  if (annotations) next.metadata.annotations = { ...next.metadata.annotations, ...annotations };
  if (labels && isOpen(gates, 'PodTopologyLabelsAdmission'))
    next.metadata.labels = { ...next.metadata.labels, ...labels };
  setFields(podSpec, next.spec, { nodeName: target.name });
  if (isOpen(gates, 'ClearingNominatedNodeNameAfterBinding')) {
    setFields(podStatus, next.status, { nominatedNodeName: undefined });
  }
  setCondition(next, { type: 'PodScheduled', status: 'True' }, c.now);
  return next;
}
