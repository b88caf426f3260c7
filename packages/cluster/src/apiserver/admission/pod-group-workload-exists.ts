import { type PodGroup, workload } from '@tiphys/sdk/api';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

/** A group that says which template it is made from is refused where there is none. */
export const podGroupWorkloadExists = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'PodGroupWorkloadExists',
  matches: { operations: ['CREATE'], resources: ['podgroups'] },

  async validate(a) {
    const reference = (a.object as unknown as PodGroup).spec.podGroupTemplateRef?.workload;
    if (!reference) return;
    const { workloadName, podGroupTemplateName } = reference;
    const quoted = JSON.stringify(workloadName);
    const found = await objects.get(workload, a.namespace, workloadName);
    if (!found) throw refuse(a, `PodGroup rejected: Workload ${quoted} not found`);
    if (found.metadata.deletionTimestamp) throw refuse(a, `PodGroup rejected: Workload ${quoted} is being deleted`);
    if (found.spec.podGroupTemplates?.some(({ name }) => name === podGroupTemplateName)) return;
    const template = JSON.stringify(podGroupTemplateName);
    throw refuse(a, `PodGroup rejected: PodGroupTemplate ${template} not found in Workload ${quoted}`);
  },
});
