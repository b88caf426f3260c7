import { namespace as namespaceKind, type Pod, podSpec } from '@tiphys/sdk/api';
import {
  inKeyOrder,
  isObject,
  labelValueProblems,
  notFound,
  qualifiedNameProblems,
  StatusError,
} from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { ClusterObjects } from '../cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';
import { readPlainConfig } from './plain-config.ts';

type Labels = Readonly<Record<string, string>>;

/** Selectors by namespace, and `clusterDefaultNodeSelector` for those that say none. */
export type NodeSelectors = Readonly<Record<string, string>>;

export function readNodeSelectors(bytes: Uint8Array | undefined): NodeSelectors {
  const { podNodeSelectorPluginConfig: selectors } = readPlainConfig(bytes) as {
    podNodeSelectorPluginConfig?: unknown;
  };
  return isObject(selectors) ? (selectors as NodeSelectors) : {};
}

const annotation = 'scheduler.alpha.kubernetes.io/node-selector';
const conflicting = 'pod node label selector conflicts with its namespace node label selector';

/** The pods of a namespace go to the nodes that are set apart for it. */
export const podNodeSelector = (objects: ClusterObjects, selectors: NodeSelectors): AdmissionPlugin => {
  const selectorOf = async ({ namespace }: AdmissionAttributes): Promise<Labels> => {
    const found = await objects.get(namespaceKind, '', namespace);
    if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    return labelsIn(found.metadata.annotations?.[annotation] ?? selectors['clusterDefaultNodeSelector'] ?? '');
  };
  const judge = (a: AdmissionAttributes, ofNamespace: Labels): void => {
    const { nodeSelector = {} } = (a.object as Pod).spec;
    if (conflict(ofNamespace, nodeSelector)) throw refuse(a, conflicting);
    const allowed = labelsIn(selectors[a.namespace] ?? '');
    if (Object.keys(allowed).length && !Object.entries(nodeSelector).every(([k, v]) => allowed[k] === v)) {
      throw refuse(a, 'pod node label selector labels conflict with its namespace whitelist');
    }
  };
  return {
    name: 'PodNodeSelector',
    matches: { operations: ['CREATE'], resources: ['pods'] },
    async admit(a) {
      const { spec } = a.object as Pod;
      const ofNamespace = await selectorOf(a);
      if (conflict(ofNamespace, spec.nodeSelector ?? {})) throw refuse(a, conflicting);
      const merged = { ...ofNamespace, ...spec.nodeSelector };
      if (Object.keys(merged).length) setFields(podSpec, spec, { nodeSelector: inKeyOrder(merged) });
      judge(a, ofNamespace);
    },
    validate: async (a) => judge(a, await selectorOf(a)),
  };
};

const conflict = (a: Labels, b: Labels): boolean =>
  Object.keys(a).some((key) => Object.hasOwn(b, key) && a[key] !== b[key]);

/** `key=value,…`; throws in upstream's words, which are no refusal. */
function labelsIn(selector: string): Labels {
  const labels: Record<string, string> = {};
  if (!selector) return labels;
  for (const part of selector.split(',')) {
    const words = part.split('=');
    if (words.length !== 2) throw wrong(`invalid selector: [${words.join(' ')}]`);
    const [key, value] = words.map((w) => w.trim()) as [string, string];
    const problems = [...qualifiedNameProblems(key), ...labelValueProblems(value)];
    if (problems.length) throw wrong(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`);
    labels[key] = value;
  }
  return labels;
}

const wrong = (message: string): StatusError => new StatusError(500, '', message);
