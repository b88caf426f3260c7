import type { Pod } from '@tiphys/sdk/api';
import type { AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';

const onlyKey = 'kubernetes.io/hostname';

/** Nobody keeps others away from a whole zone: hard anti-affinity is of nodes. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  validate(a) {
    const { affinity } = (a.object as Pod).spec;
    for (const { topologyKey } of affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (topologyKey === onlyKey) continue;
      const why = `TopologyKey ${topologyKey} but only key ${onlyKey} is allowed`;
      throw refuse(a, `affinity.PodAntiAffinity.RequiredDuringScheduling has ${why}`);
    }
  },
};
