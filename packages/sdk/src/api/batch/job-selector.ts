import { field, type FieldError, inKeyOrder, invalid, labelSelectorOf, required } from '../../machinery/index.ts';
import { setFields } from '../../schema/index.ts';
import { isUsableSelector } from '../meta/label-selector-rules.ts';
import type { Job } from './job.ts';
import { jobSpec } from './job-spec.ts';

/** Labels by which a job knows its pods: first as they have always been called, then as they are called now. */
const nameLabels = ['job-name', 'batch.kubernetes.io/job-name'] as const;
const uidLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid'] as const;

/** A job's pods are those that bear its uid, unless somebody chooses them by hand. Changes the job. */
export function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector) return;
  const { name = '', uid = '' } = metadata;
  const labels: Record<string, string> = {};
  for (const key of nameLabels) labels[key] = name;
  for (const key of uidLabels) labels[key] = uid;
  const template = spec.template.metadata;
  // A job without labels of its own was given the very ones of its template.
  const shared = metadata.labels !== undefined && metadata.labels === template.labels;
  // What is there stays, to be refused where it is wrong.
  template.labels = inKeyOrder({ ...labels, ...template.labels });
  if (shared) metadata.labels = { ...template.labels };
  const matchLabels = inKeyOrder({ [uidLabels[1]]: uid, ...spec.selector?.matchLabels });
  setFields(jobSpec, spec, { selector: { ...spec.selector, matchLabels } });
}

/** Whether selector and labels are those that would have been made. Jobs from before have the older labels alone. */
export function* validateGeneratedSelector({ metadata, spec }: Job, old?: Job): Iterable<FieldError> {
  if (spec.manualSelector || !spec.selector) return;
  const { name = '', uid = '' } = metadata;
  if (!uid) yield required(field('metadata', 'uid'));
  const had = old?.spec.template.metadata.labels;
  const hasBoth = !old || (nameLabels[1] in (had ?? {}) && uidLabels[1] in (had ?? {}));
  const expected: [string, string][] = [
    [uidLabels[0], uid],
    [nameLabels[0], name],
    ...(hasBoth
      ? ([
          [uidLabels[1], uid],
          [nameLabels[1], name],
        ] as [string, string][])
      : []),
  ];
  const labels = spec.template.metadata.labels ?? {};
  for (const [key, value] of expected) {
    const here = field('spec', 'template', 'metadata', 'labels').key(key);
    if (!Object.hasOwn(labels, key)) yield required(here, `must be '${value}'`);
    else if (labels[key] !== value) yield invalid(here, inKeyOrder(labels), `must be '${value}'`);
  }
  if (isUsableSelector(spec.selector) && !labelSelectorOf(spec.selector).matches(Object.fromEntries(expected))) {
    yield invalid(field('spec', 'selector'), spec.selector, '`selector` not auto-generated');
  }
}
