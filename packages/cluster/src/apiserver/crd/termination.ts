import { forbidden } from '@tiphys/sdk/machinery';
import type { KindHooks } from '../registry/kind-hooks.ts';
import type { Resource } from '../registry/resource.ts';
import type { Definition } from './definition.ts';

/** Nothing is made any more of a definition that goes. */
export const terminationHooks = (resource: Resource, definition: () => Definition | undefined): KindHooks => ({
  beforeCreate: (_object, { name }) => {
    if (!definition()?.isTerminating) return undefined;
    throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating');
  },
});
