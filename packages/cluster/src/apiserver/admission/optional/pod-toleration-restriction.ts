import {
  type Namespace,
  namespace as namespaceKind,
  type Pod,
  podRules,
  podSpec,
  qosClassOf,
  type Toleration,
  toleration,
  validateTolerations,
} from '@tiphys/sdk/api';
import { equal, field, type FieldError, lineOf, notFound, StatusError } from '@tiphys/sdk/machinery';
import { decode, DecodeError, s, setFields } from '@tiphys/sdk/schema';
import { type ConfigKind, readConfig } from '../../config-file/index.ts';
import { JsonProblem, readJson } from '../../handlers/json-text.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';

const shape = s.struct('k8s.io.podtolerationrestriction.v1alpha1.Configuration', {
  default: s.zero(1, s.list(toleration)),
  whitelist: s.zero(2, s.list(toleration)),
});

/** What pods tolerate in namespaces that don't say, and what they may. */
export interface ClusterTolerations extends s.Out<typeof shape> {}

const kind: ConfigKind<ClusterTolerations> = {
  apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1',
  kind: 'Configuration',
  schema: shape,
};

export function readClusterTolerations(bytes: Uint8Array | undefined): ClusterTolerations {
  if (!bytes) return {};
  const config = readConfig(bytes, [kind]);
  const errors = (['default', 'whitelist'] as const).flatMap((name) => {
    const found: FieldError[] = [];
    validateTolerations(found, config[name] ?? [], field('podtolerationrestriction').child(name), podRules(false));
    return found;
  });
  if (errors.length) throw new Error(`invalid config: [${errors.map(lineOf).join(', ')}]`);
  return config;
}

const annotations = {
  default: 'scheduler.alpha.kubernetes.io/defaultTolerations',
  whitelist: 'scheduler.alpha.kubernetes.io/tolerationsWhitelist',
} as const;
const memoryPressure: Toleration = {
  key: 'node.kubernetes.io/memory-pressure',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** The pods of a namespace tolerate what it says, and nothing but what it allows. */
export const podTolerationRestriction = (objects: ClusterObjects, cluster: ClusterTolerations): AdmissionPlugin => {
  const namespaceOf = async ({ namespace }: AdmissionAttributes): Promise<Namespace> => {
    const found = await objects.get(namespaceKind, '', namespace);
    if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    return found;
  };
  const judge = ({ object }: AdmissionAttributes, namespace: Namespace): void => {
    const { tolerations = [] } = (object as Pod).spec;
    if (!tolerations.length) return;
    const own = tolerationsIn(namespace, 'whitelist');
    const allowed = own ?? cluster.whitelist ?? [];
    if (!allowed.length || tolerations.every((t) => allowed.some((a) => covers(a, t)))) return;
    const scope = own ? 'namespace' : 'cluster';
    const what = 'pod tolerations (possibly merged with namespace default tolerations)';
    throw new StatusError(500, '', `${what} conflict with its ${scope} whitelist`);
  };
  return {
    name: 'PodTolerationRestriction',
    matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
    async admit(a) {
      const { spec } = a.object as Pod;
      const namespace = await namespaceOf(a);
      let wanted: readonly Toleration[] = spec.tolerations ?? [];
      if (a.operation === 'CREATE') {
        const defaults = tolerationsIn(namespace, 'default') ?? cluster.default ?? [];
        if (defaults.length) wanted = wanted.length ? merged(wanted, defaults) : defaults;
      }
      if (qosClassOf(spec) !== 'BestEffort') wanted = merged(wanted, [memoryPressure]);
      if (!equal(wanted, spec.tolerations ?? [])) setFields(podSpec, spec, { tolerations: [...wanted] });
      judge(a, namespace);
    },
    validate: async (a) => judge(a, await namespaceOf(a)),
  };
};

/** What a namespace says; nothing where it says nothing. */
function tolerationsIn({ metadata }: Namespace, what: keyof typeof annotations): readonly Toleration[] | undefined {
  const text = metadata.annotations?.[annotations[what]];
  if (text === undefined || text === '') return text === '' ? [] : undefined;
  try {
    return decode(s.list(toleration).shape, readJson(Buffer.from(text)).value) as Toleration[];
  } catch (err) {
    if (err instanceof JsonProblem || err instanceof DecodeError) throw new StatusError(500, '', err.message);
    throw err;
  }
}

/** Both, without those that another covers; of two that say the same the first stays. */
function merged(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const out: Toleration[] = [];
  for (const [i, t] of all.entries()) {
    if (out.some((other) => covers(other, t))) continue;
    if (all.slice(i + 1).some((other) => !equal(other, t) && covers(other, t))) continue;
    out.push(t);
  }
  return out;
}

/** Whether whatever the one tolerates is tolerated by the other. */
export function covers(wide: Toleration, narrow: Toleration): boolean {
  if (equal(wide, narrow)) return true;
  const { key = '', operator = '', effect = '', value = '', tolerationSeconds: seconds } = wide;
  if ((narrow.key ?? '') !== key && !(key === '' && operator === 'Exists')) return false;
  if ((narrow.effect ?? '') !== effect && effect !== '') return false;
  if (effect === 'NoExecute' && seconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > seconds) return false;
  }
  if (operator === 'Exists') return true;
  if (operator !== '' && operator !== 'Equal') return false;
  return (narrow.operator ?? '') === operator && (narrow.value ?? '') === value;
}
