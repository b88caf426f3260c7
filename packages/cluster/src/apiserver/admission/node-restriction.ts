import {
  type CertificateSigningRequest,
  commonNameOf,
  type Eviction,
  type Node,
  node as nodeKind,
  parseCertificateRequestPem,
  type PersistentVolumeClaim,
  type Pod,
  pod as podKind,
  type ResourceSlice,
  type TokenRequest,
  type Volume,
} from '@tiphys/sdk/api';
import { equal, notFound, unifiedDiff } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import type { Authorizer } from '../authz/authorizer.ts';
import { nodeNameOf } from '../authz/node-identity.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { changedLabels, forbiddenLabels } from './node-labels.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { podAudiences } from './pod-audiences.ts';
import { checkPodCertificate } from './pod-certificates.ts';
import { podReferences } from './pod-references.ts';
import { refuse } from './refuse.ts';

const leaseNamespace = 'kube-node-lease';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** What the node authorizer can't see: that nodes write only themselves, their own pods, and what these need. */
export function nodeRestriction(objects: ClusterObjects, authorizer: () => Authorizer): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    matches: { operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },
    // Not `validate`, though it changes nothing: a node learns that a thing isn't its own before it learns what is wrong with it.
    admit(a) {
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
        case '/persistentvolumeclaims':
          return checkClaim(a, node);
        case 'coordination.k8s.io/leases':
          return checkLease(a, node);
        case 'storage.k8s.io/csinodes':
          return checkNamedAsNode(a, node, 'CSINode');
        case 'resource.k8s.io/resourceslices':
          return checkSlice(a, node);
        case 'certificates.k8s.io/certificatesigningrequests':
          return checkCertificate(a);
        case 'certificates.k8s.io/podcertificaterequests':
          return checkPodCertificate(a, node, objects);
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
  if (!pod) throw notFound({ group: '', resource: 'pod' }, name);
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
  if (!itself) throw notFound({ group: '', resource: 'node' }, node);
  if (owner.uid !== itself.metadata.uid) {
    throw refuse(a, `node ${node} UID mismatch: expected ${owner.uid} got ${itself.metadata.uid}`);
  }
  const references = [...podReferences(spec)];
  const volumes = spec.volumes ?? [];
  const projects = (source: 'clusterTrustBundle' | 'podCertificate') =>
    volumes.some((v) => v.projected?.sources?.some((s) => s[source]));
  const reach = {
    'a service account': Boolean(spec.serviceAccountName),
    secrets: references.some((r) => r.kind === 'secret'),
    configmaps: references.some((r) => r.kind === 'configMap'),
    clustertrustbundles: projects('clusterTrustBundle'),
    podcertificates: projects('podCertificate'),
  };
  const reached = Object.entries(reach).find(([, reaches]) => reaches)?.[0] ?? volumes.map(reachOf).find(Boolean);
  const what = reached ?? (spec.resourceClaims?.length ? 'resourceclaims' : undefined);
  if (what) throw refuse(a, `${who} can not create pods that reference ${what}`);
}

function reachOf(v: Volume): string | undefined {
  if (v.persistentVolumeClaim) return 'persistentvolumeclaims';
  if (v.ephemeral) return 'persistentvolumeclaims (via ephemeral volumes)';
  return v.csi ? 'csidrivers (via CSI volumes)' : undefined;
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
    // As upstream has it: statues.
    throw refuse(a, `node ${quoted(node)} cannot update resource claim statues`);
  }
  if (!equal(old.status.extendedResourceClaimStatus, next.status.extendedResourceClaimStatus)) {
    throw refuse(a, `node ${quoted(node)} cannot update extended resource claim status`);
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
  const which = labels.join(', ');
  throw refuse(
    a,
    old ? `is not allowed to modify labels: ${which}` : `${who} is not allowed to set the following labels: ${which}`,
  );
}

/** Of a claim a node tells how far the growth of its volume has come. */
function checkClaim(a: AdmissionAttributes, node: string): void {
  if (a.subresource !== 'status') throw refuse(a, 'may only update PVC status');
  const [before, now] = [a.oldObject, a.object].map((object) => {
    const { metadata, spec, status } = object as PersistentVolumeClaim;
    const { resourceVersion: _version, managedFields: _managers, ...kept } = metadata;
    const { capacity: _, conditions: _c, allocatedResources: _r, allocatedResourceStatuses: _s, ...others } = status;
    return { ...kept, spec, status: others };
  });
  if (equal(before, now)) return;
  throw refuse(
    a,
    `node ${quoted(node)} is not allowed to update fields other than status.quantity and status.conditions: ${unifiedDiff(before, now)}`,
  );
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
  await checkAudience(a, { pod, audiences: audiences ?? [], objects, authorizer });
}

interface AudienceAsked {
  readonly pod: Pod;
  readonly audiences: readonly string[];
  readonly objects: ClusterObjects;
  readonly authorizer: Authorizer;
}

/** A volume of the pod must want the audience, unless somebody allows the node to ask by itself. */
async function checkAudience(a: AdmissionAttributes, asked: AudienceAsked): Promise<void> {
  if (asked.audiences.length > 1) throw refuse(a, 'node may only request 0 or 1 audiences');
  const [audience = ''] = asked.audiences;
  const { wanted, problems } = await podAudiences(asked.pod, asked.objects);
  if (wanted.has(audience)) return;
  if (problems.length) {
    const why = problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]!;
    throw refuse(a, `error validating audience ${quoted(audience)}: ${why}`);
  }
  const { decision } = await asked.authorizer({
    user: a.user,
    verb: 'request-serviceaccounts-token-audience',
    isResource: true,
    group: '',
    resource: audience,
    subresource: '',
    namespace: a.namespace,
    name: a.name,
    path: '',
    version: 'v1',
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
  checkNamedAsNode(a, node, 'node lease');
}

/** Creations have no name in their path. */
function checkNamedAsNode(a: AdmissionAttributes, node: string, what: string): void {
  const name = a.operation === 'CREATE' ? (a.object?.metadata.name ?? '') : a.name;
  if (name !== node) throw refuse(a, `can only access ${what} with the same name as the requesting node`);
}

/** Devices of a node are told of by that node alone. */
function checkSlice(a: AdmissionAttributes, node: string): void {
  const verb = { CREATE: 'create', DELETE: 'delete' }[a.operation as string];
  // Which node's they are never changes.
  if (!verb) return;
  const { spec } = (a.object ?? a.oldObject) as ResourceSlice;
  if (spec.nodeName !== node) {
    throw refuse(a, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
  }
}

const signersForNodes = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

/** Who asks for a certificate for nodes asks for one of its own. */
function checkCertificate(a: AdmissionAttributes): void {
  if (a.operation !== 'CREATE' || a.subresource) return;
  const { spec } = a.object as CertificateSigningRequest;
  if (!signersForNodes.has(spec.signerName)) return;
  let name: string;
  try {
    name = commonNameOf(parseCertificateRequestPem(spec.request));
  } catch (err) {
    throw refuse(a, `unable to parse csr: ${messageOf(err)}`);
  }
  if (name !== a.user.name) throw refuse(a, `can only create a node CSR with CN=${a.user.name}`);
}
