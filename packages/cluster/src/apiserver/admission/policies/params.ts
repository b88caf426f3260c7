import type { ParamKind, ParamRef } from '@tiphys/sdk/api';
import { type KubeObject, labelSelectorOf } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Registry } from '../../registry/registry.ts';
import type { PolicyWorld } from './world.ts';

/** A kind of parameters, and where they are. */
export interface ParamSource {
  readonly kind: AnyKind;
  readonly registry: Registry;
}

/** Nothing where a policy takes no parameters. Throws when there is no such kind. */
export async function paramSource(
  paramKind: ParamKind | undefined,
  world: PolicyWorld,
): Promise<ParamSource | undefined> {
  if (!paramKind) return undefined;
  const { apiVersion = '', kind: name = '' } = paramKind;
  const kind = world.kinds().find((k) => k.apiVersion === apiVersion && k.kind === name);
  const registry = kind && (await world.registryOf(kind));
  if (!registry) throw new Error(`failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`);
  return { kind, registry };
}

interface ParamsWanted {
  readonly source: ParamSource | undefined;
  readonly paramRef: ParamRef | undefined;
  /** Of the write. */
  readonly namespace: string;
}

/**
 * The objects that a policy takes its parameters from, under a binding: one after the other it judges with each. Nothing as the only
 * one where it takes none. Throws why there is no telling.
 */
export async function paramsOf({
  source,
  paramRef,
  namespace,
}: ParamsWanted): Promise<readonly (KubeObject | undefined)[]> {
  if (!source || !paramRef) return [undefined];
  const { kind, registry } = source;
  const isNamespaced = kind.scope === 'Namespaced';
  const inNamespace = isNamespaced ? paramRef.namespace || namespace : '';
  if (isNamespaced && !inNamespace) {
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  }
  if (!isNamespaced && paramRef.namespace) {
    throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const found: KubeObject[] = [];
  if (paramRef.name) {
    const entry = await registry.foundAt(inNamespace, paramRef.name);
    if (entry) found.push(entry.object);
  } else {
    const selector = labelSelectorOf(paramRef.selector ?? {});
    const entries = registry.cache.list(inNamespace ? { namespace: inNamespace } : {});
    await registry.conversions?.known(entries);
    const objects = entries.map((entry) => entry.served(registry.resource).object);
    found.push(...objects.filter((o) => selector.matches(o.metadata.labels ?? {})));
  }
  if (!found.length && paramRef.parameterNotFoundAction === 'Deny') {
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found;
}
