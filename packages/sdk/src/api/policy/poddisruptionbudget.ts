import { deepCopy } from '../../machinery/index.ts';
import { defineKind, type Kind, nameIsPathSegment, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { podDisruptionBudgetSpec } from './poddisruptionbudget-spec.ts';
import { validatePodDisruptionBudget, validatePodDisruptionBudgetStatus } from './poddisruptionbudget-rules.ts';

const podDisruptionBudgetStatusShape = s.struct('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: s.zero(1, s.int64()),
  disruptedPods: s.zero(2, s.map(s.time())),
  disruptionsAllowed: s.held(3, s.int32()),
  currentHealthy: s.held(4, s.int32()),
  desiredHealthy: s.held(5, s.int32()),
  expectedPods: s.held(6, s.int32()),
  conditions: s.zero(7, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface PodDisruptionBudgetStatus extends s.Out<typeof podDisruptionBudgetStatusShape> {}
export interface PodDisruptionBudgetStatusManifest extends s.In<typeof podDisruptionBudgetStatusShape> {}
export const podDisruptionBudgetStatus: Struct<PodDisruptionBudgetStatus, PodDisruptionBudgetStatusManifest> =
  podDisruptionBudgetStatusShape;

const podDisruptionBudgetShape = s.struct('io.k8s.api.policy.v1.PodDisruptionBudget', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, podDisruptionBudgetSpec),
  status: s.held(3, podDisruptionBudgetStatus),
});
export interface PodDisruptionBudget extends s.Out<typeof podDisruptionBudgetShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodDisruptionBudgetManifest extends s.In<typeof podDisruptionBudgetShape> {
  apiVersion?: string;
  kind?: string;
}
export const podDisruptionBudget: Kind<PodDisruptionBudget, PodDisruptionBudgetManifest> = defineKind<
  PodDisruptionBudget,
  PodDisruptionBudgetManifest
>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  scope: 'Namespaced',
  createRules: ['object'],
  updateRules: ['object'],
  shortNames: ['pdb'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    updateRules: ['object'],
    validate: validatePodDisruptionBudgetStatus,
  },
  generation: true,
  unconditionalUpdate: false,
  // Upstream's rules for new ones forget the name: whatever fits a path will do.
  validateName: nameIsPathSegment,
  validate: validatePodDisruptionBudget,
  columns: [
    nameColumn,
    {
      name: 'Min Available',
      type: 'string',
      description: 'The minimum number of pods that must be available.',
      value: ({ spec }) => String(spec.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      type: 'string',
      description: 'The maximum number of pods that may be unavailable.',
      value: ({ spec }) => String(spec.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'Calculated number of pods that may be disrupted at this time.',
      value: ({ status }) => status.disruptionsAllowed ?? 0,
    },
    ageColumn,
  ],
  schema: podDisruptionBudgetShape,
});
