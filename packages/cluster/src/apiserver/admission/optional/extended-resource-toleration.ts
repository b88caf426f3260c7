import { allContainers, isExtendedResource, type Pod, podSpec, type Toleration } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionPlugin } from '../plugin.ts';

/** Nodes with a special resource are tainted with its name: a pod that asks for it may go there. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  admit({ object }) {
    const { spec } = object as Pod;
    const names = allContainers(spec).flatMap(({ container, list }) =>
      list === 'ephemeralContainers' ? [] : Object.keys(container.resources?.requests ?? {}).filter(isExtendedResource),
    );
    for (const key of [...new Set(names)].sort()) tolerate(spec, { key, operator: 'Exists', effect: 'NoSchedule' });
  },
};

/** Adds a toleration, or puts it in the place of the one that matches it by key, effect, operator and value. */
function tolerate(spec: Pod['spec'], wanted: Toleration): void {
  const { tolerations = [] } = spec;
  if (!tolerations.some((t) => isSame(t, wanted))) {
    setFields(podSpec, spec, { tolerations: [...tolerations, wanted] });
    return;
  }
  if (tolerations.some((t) => equal(t, wanted))) return;
  setFields(podSpec, spec, { tolerations: tolerations.map((t) => (isSame(t, wanted) ? wanted : t)) });
}

const isSame = (a: Toleration, b: Toleration): boolean =>
  a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
