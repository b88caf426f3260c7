import {
  type Eviction,
  type Lease,
  type Node,
  node as nodeKind,
  type Pod,
  pod as podKind,
  type TokenRequest,
} from '@tiphys/sdk/api';
import { equal, type KubeObject, notFound } from '@tiphys/sdk/machinery';
import type { Authorizer } from '../authz/authorizer.ts';
import { nodeNameOf } from '../authz/node-identity.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { changedLabels, forbiddenLabels } from './node-labels.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { podReferences } from './pod-references.ts';
import { refuse } from './refuse.ts';

const leaseNamespace = 'kube-node-lease';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** What the node authorizer can't see: that nodes write only themselves, their own pods, and what these need. */
export function nodeRestriction(objects: ClusterObjects, authorizer: () => Authorizer): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    matches: { operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },
    async validate(a) {
      const node = nodeNameOf(a.user);
      if (node === undefined) return;
      if (!node) throw refuse(a, `could not determine node from user ${quoted(a.user.name)}`);
      switch (`${a.group}/${a.resource}`) {
        case '/pods':
          return checkPod(a, node, objects);
        case '/nodes':
          return checkNode(a, node);
        case '/serviceaccounts':
          return checkToken(a, node, { objects, authorizer: authorizer() });
        case 'coordination.k8s.io/leases':
          return checkLease(a, node);
        default:
      }
    },
  };
}

const quoted = (text: string): string => JSON.stringify(text);

async function checkPod(a: AdmissionAttributes, node: string, objects: ClusterObjects): Promise<void> {
  switch (a.subresource) {
    case '':
      if (a.operation === 'CREATE') return checkMirrorPod(a, node, objects);
      if (a.operation === 'DELETE') {
        if ((a.oldObject as Pod).spec.nodeName === node) return;
        throw refuse(a, `node ${quoted(node)} can only delete pods with spec.nodeName set to itself`);
      }
      throw refuse(
        a,
        `unexpected operation ${quoted(a.operation)}, node ${quoted(node)} can only create and delete mirror pods`,
      );
    case 'status':
      return checkPodStatus(a, node);
    case 'eviction': {
      const name = a.name || ((a.object as unknown as Eviction).metadata.name ?? '');
      if ((await known(objects, a, name)).spec.nodeName === node) return;
      throw refuse(a, `node ${node} can only evict pods with spec.nodeName set to itself`);
    }
    default:
      throw refuse(a, `unexpected pod subresource ${quoted(a.subresource)}, only 'status' and 'eviction' are allowed`);
  }
}

async function known(objects: ClusterObjects, { namespace }: AdmissionAttributes, name: string): Promise<Pod> {
  const pod = await objects.get(podKind, namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  return pod;
}

/** A static pod's shadow, made by the node that runs it, and reaching for nothing. */
async function checkMirrorPod(a: AdmissionAttributes, node: string, objects: ClusterObjects): Promise<void> {
  const { metadata, spec } = a.object as Pod;
  const who = `node ${quoted(node)}`;
  if (metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw refuse(a, `pod does not have ${quoted(mirrorAnnotation)} annotation, ${who} can only create mirror pods`);
  }
  if (spec.nodeName !== node) throw refuse(a, `${who} can only create pods with spec.nodeName set to itself`);
  const [owner, another] = metadata.ownerReferences ?? [];
  if (another) throw refuse(a, `${who} can only create pods with a single owner reference set to itself`);
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw refuse(a, `${who} can only create pods with an owner reference set to itself`);
  }
  if (!owner.controller) {
    throw refuse(a, `${who} can only create pods with a controller owner reference set to itself`);
  }
  if (owner.blockOwnerDeletion) throw refuse(a, `${who} must not set blockOwnerDeletion on an owner reference`);
  const itself = await objects.get(nodeKind, '', node);
  if (!itself) throw notFound({ group: '', resource: 'nodes' }, node);
  if (owner.uid !== itself.metadata.uid) {
    throw refuse(a, `node ${node} UID mismatch: expected ${owner.uid} got ${itself.metadata.uid}`);
  }
  const references = [...podReferences(spec)];
  const volumes = spec.volumes ?? [];
  const reach = {
    'a service account': Boolean(spec.serviceAccountName),
    secrets: references.some((r) => r.kind === 'secret'),
    configmaps: references.some((r) => r.kind === 'configMap'),
    clustertrustbundles: volumes.some((v) => v.projected?.sources?.some((s) => s.clusterTrustBundle)),
    persistentvolumeclaims: volumes.some((v) => v.persistentVolumeClaim),
    resourceclaims: Boolean(spec.resourceClaims?.length),
  };
  for (const [what, reaches] of Object.entries(reach)) {
    if (reaches) throw refuse(a, `${who} can not create pods that reference ${what}`);
  }
}

function checkPodStatus(a: AdmissionAttributes, node: string): void {
  if (a.operation !== 'UPDATE') throw refuse(a, `unexpected operation ${quoted(a.operation)}`);
  const [old, next] = [a.oldObject as Pod, a.object as Pod];
  if (old.spec.nodeName !== node) {
    throw refuse(a, `node ${quoted(node)} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!equal(old.metadata.labels ?? {}, next.metadata.labels ?? {})) {
    throw refuse(a, `node ${quoted(node)} cannot update labels through pod status`);
  }
  if (!equal(old.status.resourceClaimStatuses ?? [], next.status.resourceClaimStatuses ?? [])) {
    throw refuse(a, `node ${quoted(node)} cannot update resource claim statuses`);
  }
}

function checkNode(a: AdmissionAttributes, node: string): void {
  const who = `node ${quoted(node)}`;
  if (a.name !== node) throw refuse(a, `${who} is not allowed to modify node ${quoted(a.name)}`);
  if (a.operation === 'DELETE') return;
  const next = a.object as Node;
  const old = a.oldObject as Node | undefined;
  const { configSource } = next.spec;
  if (!old && configSource) throw refuse(a, `${who} is not allowed to create pods with a non-nil configSource`);
  if (old && configSource && !equal(configSource, old.spec.configSource)) {
    throw refuse(a, `${who} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (old && !equal(next.spec.taints ?? [], old.spec.taints ?? [])) {
    throw refuse(a, `${who} is not allowed to modify taints`);
  }
  if (old && !equal(next.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) {
    throw refuse(a, `${who} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenLabels(changedLabels(next.metadata.labels, old?.metadata.labels));
  if (!labels.length) return;
  const what = old ? 'modify labels' : 'set the following labels';
  throw refuse(a, `${who} is not allowed to ${what}: ${labels.join(', ')}`);
}

async function checkToken(
  a: AdmissionAttributes,
  node: string,
  { objects, authorizer }: { objects: ClusterObjects; authorizer: Authorizer },
): Promise<void> {
  if (a.operation !== 'CREATE' || a.subresource !== 'token') return;
  const { boundObjectRef: ref, audiences } = (a.object as unknown as TokenRequest).spec;
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) {
    throw refuse(a, 'node requested token not bound to a pod');
  }
  if (!ref.uid) throw refuse(a, 'node requested token with a pod binding without a uid');
  const pod = await known(objects, a, ref.name);
  if (ref.uid !== pod.metadata.uid) {
    throw refuse(
      a,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec.nodeName !== node) throw refuse(a, 'node requested token bound to a pod scheduled on a different node');
  checkAudience(a, { pod, audiences: audiences ?? [], authorizer });
}

/** The pod must have asked for the audience in a volume, unless somebody allows the node to ask by itself. */
function checkAudience(
  a: AdmissionAttributes,
  { pod, audiences, authorizer }: { pod: Pod; audiences: readonly string[]; authorizer: Authorizer },
): void {
  if (audiences.length > 1) throw refuse(a, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  const projected = (pod.spec.volumes ?? []).flatMap((v) => v.projected?.sources ?? []);
  if (projected.some((s) => s.serviceAccountToken && (s.serviceAccountToken.audience ?? '') === audience)) return;
  const { decision } = authorizer({
    user: a.user,
    verb: 'request-serviceaccounts-token-audience',
    isResource: true,
    group: '',
    resource: audience,
    subresource: '',
    namespace: a.namespace,
    name: a.name,
    path: '',
  });
  if (decision === 'allow') return;
  throw refuse(
    a,
    `audience ${quoted(audience)} not found in pod spec volume, ${a.user.name} is not authorized to request tokens for this audience`,
  );
}

function checkLease(a: AdmissionAttributes, node: string): void {
  if (a.namespace !== leaseNamespace) {
    throw refuse(a, `can only access leases in the ${quoted(leaseNamespace)} system namespace`);
  }
  const name = a.operation === 'CREATE' ? nameOf(a.object as Lease | undefined) : a.name;
  if (name !== node) throw refuse(a, 'can only access node lease with the same name as the requesting node');
}

const nameOf = (object: KubeObject | undefined): string => object?.metadata.name ?? '';
