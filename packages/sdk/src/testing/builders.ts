import {
  deployment,
  type Deployment,
  type DeploymentManifest,
  node,
  type Node,
  type NodeManifest,
  pod,
  type Pod,
  type PodManifest,
  replicaSet,
  type ReplicaSet,
  type ReplicaSetManifest,
  service,
  type Service,
  type ServiceManifest,
} from '../api/index.ts';
import { deepFreeze, type JsonObject, type KubeObject, mergePatch } from '../machinery/index.ts';
import { decode, type Kind } from '../schema/index.ts';

/** A manifest of which only what the test is about needs saying. */
export type Part<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Part<T[K]> } : T;

let made = 0;

/** An object as a server would serve it: defaults filled, a uid, frozen. What `part` says wins over `base`. */
export function anObject<O extends KubeObject, M>(kind: Kind<O, M>, base: Part<M>, part: Part<M>): O {
  const n = ++made;
  const server = {
    metadata: {
      name: `${kind.singular}-${n}`,
      ...(kind.scope === 'Namespaced' && { namespace: 'default' }),
      uid: `${kind.singular}-uid-${n}`,
      resourceVersion: String(n),
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(kind.generation && { generation: 1 }),
    },
  };
  return deepFreeze(
    decode(kind.schema.shape, mergePatch(mergePatch(server, base as JsonObject), part as JsonObject)) as O,
  );
}

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'main', image: 'app:1' }] } };
const selector = { matchLabels: { app: 'x' } };

export const aPod = (part: Part<PodManifest> = {}): Pod =>
  anObject(pod, { spec: { containers: [{ name: 'main', image: 'app:1' }] } }, part);

/** A pod that runs and is ready since the given moment. */
export const aReadyPod = (part: Part<PodManifest> = {}, since = '2026-01-01T00:00:00Z'): Pod =>
  anObject(
    pod,
    {
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'app:1' }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] },
    },
    part,
  );

export const aReplicaSet = (part: Part<ReplicaSetManifest> = {}): ReplicaSet =>
  anObject(replicaSet, { spec: { selector, template } }, part);

export const aDeployment = (part: Part<DeploymentManifest> = {}): Deployment =>
  anObject(deployment, { spec: { selector, template } }, part);

export const aNode = (part: Part<NodeManifest> = {}): Node =>
  anObject(node, { status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }] } }, part);

export const aService = (part: Part<ServiceManifest> = {}): Service =>
  anObject(service, { spec: { clusterIP: '10.0.0.10', clusterIPs: ['10.0.0.10'], ports: [{ port: 80 }] } }, part);
