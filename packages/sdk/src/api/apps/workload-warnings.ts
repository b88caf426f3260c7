import { field, type KubeObject } from '../../machinery/index.ts';
import type { PodTemplateSpec } from '../core/pod/pod-template.ts';
import { nameWarning, templateWarnings } from '../core/pod/warnings/pod-warnings.ts';

type Workload = KubeObject & { readonly spec: { readonly template: PodTemplateSpec } };

/** What there is to say about a kind that makes pods from a template: about its name at first, about the template whenever it changes. */
export function* workloadWarnings(next: Workload, old?: Workload): Iterable<string> {
  if (!old) yield* nameWarning(next.metadata, 'this is used in Pod names and hostnames');
  if (next.metadata.generation !== old?.metadata.generation) {
    yield* templateWarnings(next.spec.template, field('spec', 'template'));
  }
}
