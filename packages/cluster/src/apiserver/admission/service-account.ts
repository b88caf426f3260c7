import {
  type Container,
  container as containerSchema,
  type Pod,
  podSpec,
  type ServiceAccount,
  serviceAccount as serviceAccountKind,
  type Volume,
} from '@tiphys/sdk/api';
import { pathSegmentProblems } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { setFields } from '@tiphys/sdk/schema';
import { whenKnown } from '../authz/authorizer.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { limitSecrets, limitsSecrets } from './mountable-secrets.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { podReferences } from './pod-references.ts';
import { refuse } from './refuse.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const tokenVolume = 'kube-api-access';
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A new namespace's default account comes a moment after it; upstream asks ten times before it gives up. */
const patienceMs = 1500;

/** Every pod runs as a service account of its namespace, and finds that account's token where clients look for it. */
export const serviceAccount = (objects: ClusterObjects, random: Random): AdmissionPlugin => ({
  name: 'ServiceAccount',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] },

  admit(a) {
    if (a.operation !== 'CREATE' || a.subresource) return;
    const { spec } = a.object as Pod;
    if (isMirror(a.object as Pod)) return checkMirror(a, spec);
    const name = spec.serviceAccountName || 'default';
    return whenKnown(lookUp(a, name, objects), (account) => {
      const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      setFields(podSpec, spec, {
        volumes: mounts ? mountToken(spec, random) : spec.volumes,
        serviceAccountName: name,
        serviceAccount: name,
        imagePullSecrets: pullSecrets(spec, account),
      });
    });
  },

  validate(a) {
    const { metadata, spec } = a.object as Pod;
    if (a.operation === 'UPDATE') {
      if (a.subresource !== 'ephemeralcontainers') return;
      return whenKnown(lookUp(a, spec.serviceAccountName ?? '', objects), (account) => {
        if (!limitsSecrets(account)) return;
        limitSecrets(a, { spec: { ephemeralContainers: spec.ephemeralContainers ?? [] }, account });
      });
    }
    if (a.subresource) return;
    if (isMirror(a.object as Pod)) return checkMirror(a, spec);
    if (!spec.serviceAccountName) {
      throw refuse(a, `no service account specified for pod ${a.namespace}/${metadata.name}`);
    }
    return whenKnown(lookUp(a, spec.serviceAccountName, objects), (account) => {
      if (!limitsSecrets(account)) return;
      const { ephemeralContainers: _, ...others } = spec;
      limitSecrets(a, { spec: others, account });
    });
  },
});

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[mirrorAnnotation] !== undefined;

function lookUp(
  a: AdmissionAttributes,
  name: string,
  objects: ClusterObjects,
): ServiceAccount | Promise<ServiceAccount> {
  const problems = pathSegmentProblems(name);
  if (problems.length) {
    const why = `invalid resource name ${JSON.stringify(name)}: [${problems.join(' ')}]`;
    throw refuse(a, `error looking up service account ${a.namespace}/${name}: ${why}`);
  }
  const known = objects.find(serviceAccountKind, a.namespace, name);
  if (known) return known;
  const { namespace } = a;
  const awaited =
    name === 'default'
      ? objects.appears(serviceAccountKind, { namespace, name, withinMs: patienceMs })
      : objects.get(serviceAccountKind, namespace, name);
  return whenKnown(awaited, (found) => {
    if (found) return found;
    throw refuse(
      a,
      `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  });
}

/** A mirror pod is a static pod's shadow: its node runs it whatever the API says, so it must not reach for secrets. */
function checkMirror(a: AdmissionAttributes, spec: Pod['spec']): void {
  if (spec.serviceAccountName) throw refuse(a, 'a mirror pod may not reference service accounts');
  for (const { kind } of podReferences(spec)) {
    if (kind === 'secret') throw refuse(a, 'a mirror pod may not reference secrets');
  }
  if (spec.volumes?.some((v) => v.projected?.sources?.some((s) => s.serviceAccountToken))) {
    throw refuse(a, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

/** The secrets that the pod itself says its images are pulled with, else those of its account. */
function pullSecrets({ imagePullSecrets: own }: Pod['spec'], { imagePullSecrets: given }: ServiceAccount): typeof own {
  return own?.length || !given?.length ? own : (given.map(({ name }) => ({ name })) as typeof given);
}

/** Mounts the token into every container that has nothing in its place; answers the volumes that the pod then needs. */
function mountToken(spec: Pod['spec'], random: Random): Pod['spec']['volumes'] {
  const own = spec.volumes?.find((v) => v.name.startsWith(`${tokenVolume}-`));
  const name = own?.name ?? `${tokenVolume}-${random.suffix(5)}`;
  let needed = false;
  const mount = (c: Container): void => {
    const { volumeMounts = [] } = c;
    if (volumeMounts.some((m) => m.mountPath === tokenPath)) return;
    needed = true;
    setFields(containerSchema, c, { volumeMounts: [...volumeMounts, { name, readOnly: true, mountPath: tokenPath }] });
  };
  for (const c of spec.initContainers ?? []) mount(c);
  for (const c of spec.containers ?? []) mount(c);
  return needed && !own ? [...(spec.volumes ?? []), apiAccess(name)] : spec.volumes;
}

/** Token, the API server's CA and the pod's namespace. The odd lifetime tells nodes that these are the default's. */
const apiAccess = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  },
});
