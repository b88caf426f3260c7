import { field, type Path } from '../../machinery/index.ts';
import { nameWarning, templateWarnings } from '../core/pod/warnings/pod-warnings.ts';
import type { Job } from './job.ts';
import type { JobSpec } from './job-spec.ts';

export const nameUse = 'this is used in Pod names and hostnames';

export function* jobWarnings({ metadata, spec }: Job, old?: Job): Iterable<string> {
  if (!old) yield* nameWarning(metadata, nameUse);
  if (metadata.generation !== old?.metadata.generation) yield* jobSpecWarnings(spec, field('spec'));
}

export function* jobSpecWarnings(spec: JobSpec, at: Path): Iterable<string> {
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  if (completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000) {
    yield `${String(at)}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
  }
  yield* templateWarnings(spec.template, at.child('template'));
}
