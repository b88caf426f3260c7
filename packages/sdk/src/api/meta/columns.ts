import { type KubeObject, labelSelectorOf, type LabelSelectorLike } from '../../machinery/index.ts';
import type { Column } from '../../schema/index.ts';
import { humanDuration } from './human-duration.ts';

/** The words that the columns of many kinds are made of. */

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  field: 'metadata.name',
  value: (o) => o.metadata.name ?? '',
};

export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  field: 'metadata.creationTimestamp',
  value: (o, { now }) => since(o.metadata.creationTimestamp, now),
};

/** How long ago a moment was; `<unknown>` when there was none. */
export function since(time: string | null | undefined, now: number): string {
  return time ? humanDuration(now - Date.parse(time)) : '<unknown>';
}

interface HasContainers {
  readonly containers?: readonly { readonly name?: string; readonly image?: string }[] | null;
}

/** `Containers` and `Images` of a pod template, shown with `-o wide`. */
export function containerColumns<O>(of: (object: O) => HasContainers | undefined): [Column<O>, Column<O>] {
  const joined = (o: O, field: 'name' | 'image') => (of(o)?.containers ?? []).map((c) => c[field] ?? '').join(',');
  return [
    {
      name: 'Containers',
      type: 'string',
      description: 'Names of each container in the template.',
      priority: 1,
      value: (o) => joined(o, 'name'),
    },
    {
      name: 'Images',
      type: 'string',
      description: 'Images referenced by each container in the template.',
      priority: 1,
      value: (o) => joined(o, 'image'),
    },
  ];
}

/** `Selector`, shown with `-o wide`. */
export const selectorColumn = <O>(of: (object: O) => string, field = 'spec.selector'): Column<O> => ({
  name: 'Selector',
  type: 'string',
  field,
  priority: 1,
  value: of,
});

/** A label selector as it would be asked for; `<none>` for one that asks nothing. */
export const selectorText = (selector: LabelSelectorLike | null | undefined): string =>
  labelSelectorOf(selector).text || '<none>';

/** Labels, or a selector of plain equalities, in order. */
export const labelsText = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([k, v]) => `${k}=${v}`)
    .sort()
    .join(',') || '<none>';
