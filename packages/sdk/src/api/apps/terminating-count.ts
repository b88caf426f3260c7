import { type Before, dropShut, gatedMembers } from '../meta/gated-members.ts';

interface Counted {
  readonly terminatingReplicas?: number;
}

const gated = [gatedMembers<Counted>('DeploymentReplicaSetTerminatingReplicas', ['terminatingReplicas'])];

/** How many pods are on their way out is told only where that is on. */
export const dropTerminatingCount = (status: Counted, before: Before<Counted>): void => dropShut(gated, status, before);
