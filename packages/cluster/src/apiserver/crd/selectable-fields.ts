import { isObject, type KubeObject, own, printNumber } from '@tiphys/sdk/machinery';
import type { DefinedVersion } from './definition.ts';

/** The fields by which a version's objects can be selected, beside their names. */
export const selectorsOf = ({
  selectableFields = [],
}: DefinedVersion): Record<string, (object: KubeObject) => string> =>
  Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const steps = jsonPath.replace(/^\./, '').split('.');
      return [steps.join('.'), (object: KubeObject) => textAt(object, steps)];
    }),
  );

function textAt(object: KubeObject, steps: readonly string[]): string {
  const found = steps.reduce<unknown>((at, name) => (isObject(at) ? own(at, name) : undefined), object);
  if (found === undefined || found === null) return '';
  return typeof found === 'number' ? printNumber(found) : String(found);
}
