import { type Node, nodeSpec } from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionPlugin } from './plugin.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/** A new node takes no pods before somebody has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  matches: { operations: ['CREATE'], resources: ['nodes'] },
  admit({ object }) {
    const { spec } = object as Node;
    const { taints = [] } = spec;
    if (taints.some((t) => t.key === notReady.key && t.effect === notReady.effect)) return;
    setFields(nodeSpec, spec, { taints: [...taints, notReady] });
  },
};
