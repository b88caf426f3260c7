import { field, type FieldError, invalid } from '../../../machinery/index.ts';
import { isExtendedResource } from '../../core/pod/validation/resource-name.ts';
import type { DeviceClass } from '../deviceclass.ts';
import { configRules, mostConfigs, selectorsRules } from './device-claim.ts';
import { listRules } from './names.ts';

export function* deviceClassRules({ spec }: DeviceClass): Iterable<FieldError> {
  const at = field('spec');
  yield* selectorsRules(spec.selectors, at.child('selectors'));
  yield* listRules(spec.config, at.child('config'), {
    most: mostConfigs,
    each: (c, here) => configRules(c.opaque, here),
  });
  const { extendedResourceName: name } = spec;
  if (name !== undefined && !isExtendedResource(name)) {
    yield invalid(at.child('extendedResourceName'), name, 'must be a valid extended resource name');
  }
}
