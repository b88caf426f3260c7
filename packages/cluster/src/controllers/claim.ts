import type { CallOptions, Client } from '@tiphys/sdk/client';
import { isInvalid, isNotFound, type KubeObject, type Selector } from '@tiphys/sdk/machinery';
import { controllerOf, controllerReference } from '@tiphys/sdk/operator';
import type { Kind } from '@tiphys/sdk/schema';

export interface Claim<Owner extends KubeObject, OwnerManifest, O extends KubeObject, M> {
  readonly client: Client;
  readonly ownerKind: Kind<Owner, OwnerManifest>;
  readonly owner: Owner;
  readonly kind: Kind<O, M>;
  readonly selector: Selector;
  readonly signal: AbortSignal;
}

/**
 * Which of the candidates are the owner's, after taking in those that match and belong to nobody and letting go of those that
 * no longer match. An owner that is being deleted takes in nothing and lets nothing go.
 */
export async function claim<Owner extends KubeObject, OwnerManifest, O extends KubeObject, M>(
  candidates: readonly O[],
  c: Claim<Owner, OwnerManifest, O, M>,
): Promise<O[]> {
  const { owner, selector } = c;
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const claimed: O[] = [];
  let mayAdopt: Promise<void> | undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    const matches = selector.matches(object.metadata.labels ?? {});
    if (controller) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(object);
      else if (!deleting) await release(object, c);
    } else if (matches && !deleting && !object.metadata.deletionTimestamp) {
      await (mayAdopt ??= ensureAlive(c));
      const adopted = await adopt(object, c);
      if (adopted) claimed.push(adopted);
    }
  }
  return claimed;
}

/** The cache may be behind: a deleted owner must not adopt, nor one that only has the name of ours. */
async function ensureAlive<Owner extends KubeObject, OM, O extends KubeObject, M>({
  client,
  ownerKind,
  owner,
  signal,
}: Claim<Owner, OM, O, M>): Promise<void> {
  const { name, namespace, uid } = owner.metadata;
  const fresh = await client.get(ownerKind, owner, { signal });
  if (fresh.metadata.uid !== uid) {
    throw new Error(
      `can't adopt: original ${ownerKind.kind} ${namespace}/${name} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`,
    );
  }
  if (fresh.metadata.deletionTimestamp) {
    throw new Error(`can't adopt: ${namespace}/${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
  }
}

function adopt<Owner extends KubeObject, OM, O extends KubeObject, M>(
  object: O,
  { client, ownerKind, owner, kind, signal }: Claim<Owner, OM, O, M>,
): Promise<O | undefined> {
  const { uid } = object.metadata;
  const patch = { metadata: { ownerReferences: [controllerReference(ownerKind, owner)], uid } };
  return unlessGone(client.patch(kind, object, { type: 'strategic', patch }, { signal }));
}

async function release<Owner extends KubeObject, OM, O extends KubeObject, M>(
  object: O,
  { client, owner, kind, signal }: Claim<Owner, OM, O, M>,
): Promise<void> {
  await unlessGone(client.patch(kind, object, releasePatch(object, owner), { signal } satisfies CallOptions));
}

function releasePatch(object: KubeObject, owner: KubeObject) {
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  return { type: 'strategic' as const, patch: { metadata: { ownerReferences, uid: object.metadata.uid } } };
}

/** The uid in the patch makes it fail (as invalid) for an object that was made again under the same name. */
async function unlessGone<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (err) {
    if (isNotFound(err) || isInvalid(err)) return undefined;
    throw err;
  }
}
