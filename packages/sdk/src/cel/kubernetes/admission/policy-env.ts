import type { Env } from '../../env.ts';
import { baseEnv } from '../base-env.ts';
import { declared, type DeclaredType } from '../declared-type.ts';
import { authorizerType, resourceCheckType } from '../library/authorizer.ts';
import { jsonPatchFunctions } from '../library/jsonpatch.ts';
import { objectTypesOf } from '../object-types.ts';
import { patchTypeOf } from './patch-types.ts';
import { namespaceType, requestType } from './request-type.ts';

/** What an expression of a policy may speak of, beside the request and the namespace. */
export interface PolicyNames {
  /** Of objects, where it is known; otherwise they are anything. */
  readonly object?: DeclaredType | undefined;
  /** Nothing where a policy takes none. */
  readonly params?: DeclaredType | undefined;
  readonly variables?: ReadonlyMap<string, DeclaredType> | undefined;
  /** Whether it may ask who may do what, and of the very resource that is written. */
  readonly asks: 'nothing' | 'anything' | 'anything but the resource';
  /** Whether it says what to change. */
  readonly patches?: boolean;
}

export function policyEnv({ object = declared.dyn, params, variables, asks, patches = false }: PolicyNames): Env {
  const composed = variables && declared.object('kubernetes.variables', new Map(variables));
  const typed = [requestType, namespaceType, object, params, composed].filter((t) => t !== undefined);
  return baseEnv().extend({
    variables: [
      { name: 'object', type: object.type },
      { name: 'oldObject', type: object.type },
      { name: 'namespaceObject', type: namespaceType.type },
      { name: 'request', type: requestType.type },
      ...(params ? [{ name: 'params', type: params.type }] : []),
      ...(asks === 'nothing' ? [] : [{ name: 'authorizer', type: authorizerType }]),
      ...(asks === 'anything' ? [{ name: 'authorizer.requestResource', type: resourceCheckType }] : []),
      ...(composed ? [{ name: 'variables', type: composed.type }] : []),
    ],
    types: typed.flatMap(objectTypesOf),
    ...(patches && { libraries: [jsonPatchFunctions], typeOf: patchTypeOf }),
  });
}
