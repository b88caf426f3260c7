import {
  errorsOf,
  type FieldError,
  inKeyOrder,
  invalid,
  labelSelectorOf,
  type Path,
  required,
} from '../../machinery/index.ts';
import type { Gates } from '../../schema/index.ts';
import type { PodTemplateSpec } from '../core/pod/pod-template.ts';
import { validateLastingTemplate } from '../core/pod/validation/template.ts';
import type { LabelSelector } from '../meta/label-selector.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';

interface Selecting {
  readonly selector: LabelSelector | null;
  readonly template: PodTemplateSpec;
}

/** Which pods a workload owns, and that those it makes are among them. */
export function* validateSelectorAndTemplate(
  { selector, template }: Selecting,
  at: Path,
  { old, gates }: { readonly old?: Selecting | undefined; readonly gates?: Gates | undefined },
): Iterable<FieldError> {
  const here = at.child('selector');
  if (!selector) yield required(here);
  else {
    yield* validateLabelSelector(selector, here);
    // Upstream says deployment of every kind.
    if (labelSelectorOf(selector).empty) yield invalid(here, selector, 'empty selector is invalid for deployment');
    if (!isUsableSelector(selector)) {
      const { matchLabels, ...rest } = selector;
      const shown = { ...(matchLabels && { matchLabels: inKeyOrder(matchLabels) }), ...rest };
      return yield invalid(here, shown, 'invalid label selector');
    }
  }
  yield* errorsOf(validateLastingTemplate, template, at.child('template'), {
    selector,
    kind: 'ReplicaSet',
    old: old?.template,
    gates,
  });
}
