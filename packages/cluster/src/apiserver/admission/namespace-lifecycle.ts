import { type Namespace, namespace as namespaceKind } from '@tiphys/sdk/api';
import { notFound, type StatusError } from '@tiphys/sdk/machinery';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', resource: 'namespaces' };

/** Objects live only in namespaces that exist and aren't going away; some namespaces never go. */
export function namespaceLifecycle(objects: ClusterObjects): AdmissionPlugin {
  /** Namespaces whose deletion was asked for here: of these the caches may not tell the latest yet. */
  const dying = new Set<string>();

  async function lookAgain(a: AdmissionAttributes): Promise<void> {
    if (dying.has(a.namespace)) await objects.current();
    const found = await objects.get(namespaceKind, '', a.namespace);
    if (!found) {
      dying.delete(a.namespace);
      throw notFound(namespaces, a.namespace);
    }
    judge(a, found);
  }

  function judge(a: AdmissionAttributes, { status }: Namespace): void {
    if (a.operation !== 'CREATE') return;
    if (status.phase === 'Terminating') throw terminating(a);
    dying.delete(a.namespace);
  }

  return {
    name: 'NamespaceLifecycle',
    matches: { operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },

    admit(a) {
      if (!a.namespace || isNamespace(a) || a.operation === 'DELETE' || a.resource === 'localsubjectaccessreviews')
        return;
      const known = dying.has(a.namespace) ? undefined : objects.find(namespaceKind, '', a.namespace);
      return known ? judge(a, known) : lookAgain(a);
    },

    validate(a) {
      if (a.operation !== 'DELETE' || !isNamespace(a)) return;
      if (immortal.has(a.name)) throw refuse(a, 'this namespace may not be deleted');
      if (!a.dryRun) dying.add(a.name);
    },
  };
}

function terminating(a: AdmissionAttributes): StatusError {
  const refused = refuse(a, `unable to create new content in namespace ${a.namespace} because it is being terminated`);
  refused.status.details!.causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${a.namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  return refused;
}

const isNamespace = ({ group, resource }: AdmissionAttributes): boolean => group === '' && resource === 'namespaces';
