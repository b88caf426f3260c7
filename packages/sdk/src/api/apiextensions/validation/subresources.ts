import { type FieldError, invalid, type Path, required } from '../../../machinery/index.ts';
import type { CustomResourceSubresources } from '../definition-spec.ts';

export function* subresourceRules(
  subresources: CustomResourceSubresources | undefined,
  here: Path,
): Iterable<FieldError> {
  const { scale } = subresources ?? {};
  if (!scale) return;
  for (const [name, part] of [
    ['specReplicasPath', 'spec'],
    ['statusReplicasPath', 'status'],
  ] as const) {
    const where = here.child(`scale.${name}`);
    const path = scale[name];
    if (!path) yield required(where);
    else if (!path.startsWith('.')) yield* pathRules(path, where);
    else if (!path.startsWith(`.${part}.`)) yield invalid(where, path, `should be a json path under .${part}`);
  }
  const { labelSelectorPath: path } = scale;
  const where = here.child('scale.labelSelectorPath');
  if (!path) return;
  if (!path.startsWith('.')) yield* pathRules(path, where);
  else if (!/^\.(spec|status)\./.test(path))
    yield invalid(where, path, 'should be a json path under either .spec or .status');
}

export function* pathRules(path: string, here: Path): Iterable<FieldError> {
  if (!path.startsWith('.')) yield invalid(here, path, 'must be a simple json path starting with .');
}
