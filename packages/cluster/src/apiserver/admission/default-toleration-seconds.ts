import { type Pod, podSpec, type Toleration } from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionPlugin } from './plugin.ts';

const seconds = 300;
const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** A pod outlives its node's silence for five minutes, unless it says otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  admit({ object }) {
    const { spec } = object as Pod;
    const { tolerations } = spec;
    const missing = tolerations ? taints.filter((key) => !tolerations.some((t) => covers(t, key))) : taints;
    if (!missing.length) return;
    const added = missing.map(tolerated);
    setFields(podSpec, spec, { tolerations: tolerations ? [...tolerations, ...added] : added });
  },
};

const tolerated = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: seconds,
});

const covers = ({ key, effect }: Toleration, taint: string): boolean =>
  (!key || key === taint) && (!effect || effect === 'NoExecute');
