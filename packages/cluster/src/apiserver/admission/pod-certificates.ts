import {
  node as nodeKind,
  pod as podKind,
  type PodCertificateRequest,
  serviceAccount as accountKind,
} from '@tiphys/sdk/api';
import { type KubeObject, notFound, StatusError } from '@tiphys/sdk/machinery';
import type { Kind } from '@tiphys/sdk/schema';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionAttributes } from './plugin.ts';
import { refuse } from './refuse.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

const quoted = (text: string): string => JSON.stringify(text);

/** What may come right when it is asked again, since caches are behind: an error, and no refusal. */
const notYet = (why: string): StatusError => new StatusError(500, '', why);

/** A node asks for certificates of its own pods, and says of each what is so. */
export async function checkPodCertificate(
  a: AdmissionAttributes,
  node: string,
  objects: ClusterObjects,
): Promise<void> {
  if (a.operation !== 'CREATE') throw refuse(a, `unexpected operation ${a.operation}`);
  if (a.subresource) throw refuse(a, `unexpected subresource ${a.subresource}`);
  const { spec } = a.object as PodCertificateRequest;
  const { namespace } = a;
  const [nodeName, account] = [quoted(spec.nodeName), quoted(spec.serviceAccountName)];
  const whole = (name: string) => quoted(`${namespace}/${name}`);
  const ofPod = `PodCertificateRequest for pod ${whole(spec.podName)}`;

  if (spec.nodeName !== node) {
    throw refuse(
      a,
      `PodCertificateRequest.Spec.NodeName=${nodeName}, which is not the requesting node ${quoted(node)}`,
    );
  }
  const itself = await there(objects, nodeKind, { name: node }, `node ${nodeName}`);
  if (itself.metadata.uid !== spec.nodeUID) {
    const said = `names node UID ${quoted(spec.nodeUID)}`;
    throw notYet(`${ofPod} ${said}, inconsistent with the running node (${quoted(itself.metadata.uid!)})`);
  }

  const running = await there(objects, podKind, { namespace, name: spec.podName }, `pod ${whole(spec.podName)}`);
  const { uid = '', annotations } = running.metadata;
  if (uid !== spec.podUID) {
    throw notYet(`${ofPod} contains pod UID (${quoted(spec.podUID)}) which differs from running pod ${quoted(uid)}`);
  }
  if (running.spec.nodeName !== node) {
    throw refuse(a, `pod ${whole(spec.podName)} is not running on node ${nodeName} named in the PodCertificateRequest`);
  }
  if (annotations?.[mirrorAnnotation] !== undefined) throw refuse(a, `pod ${whole(spec.podName)} is a mirror pod`);

  const { serviceAccountName = '' } = running.spec;
  if (spec.serviceAccountName !== serviceAccountName) {
    const said = `contains serviceAccountName (${account})`;
    throw refuse(a, `${ofPod} ${said} that differs from running pod (${quoted(serviceAccountName)})`);
  }
  const own = { namespace, name: serviceAccountName };
  const { metadata } = await there(objects, accountKind, own, `service account ${whole(serviceAccountName)}`);
  if (metadata.uid !== spec.serviceAccountUID) {
    const said = `names service account UID ${quoted(spec.serviceAccountUID)}`;
    throw notYet(`${ofPod} ${said}, which differs from the running service account (${quoted(metadata.uid!)})`);
  }
}

async function there<O extends KubeObject>(
  objects: ClusterObjects,
  kind: Kind<O, unknown>,
  { namespace = '', name }: { namespace?: string; name: string },
  called: string,
): Promise<O> {
  const found = await objects.get(kind, namespace, name);
  if (found) return found;
  const { message } = notFound({ group: '', resource: kind.singular }, name);
  throw notYet(`while retrieving ${called} named in the PodCertificateRequest: ${message}`);
}
