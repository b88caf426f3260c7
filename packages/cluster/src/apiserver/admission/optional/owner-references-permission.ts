import { equal, type OwnerReference } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Action, Authorizer } from '../../authz/authorizer.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';

export interface OwnerPermissionDeps {
  readonly authorizer: () => Authorizer;
  readonly kinds: () => readonly AnyKind[];
}

/**
 * Whoever says what an object belongs to decides when it is deleted, so must be allowed to delete it; and who makes an owner
 * wait for it, must be allowed to set the owner's finalizers.
 */
export const ownerReferencesPermissionEnforcement = ({ authorizer, kinds }: OwnerPermissionDeps): AdmissionPlugin => ({
  name: 'OwnerReferencesPermissionEnforcement',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['*/*'] },

  async validate(a) {
    // Nodes' agents write statuses, which can't change owners.
    if (a.group === '' && a.resource === 'pods' && a.subresource === 'status') return;
    const [next, old] = [a.object, a.oldObject].map((o) => o?.metadata?.ownerReferences ?? []);
    if (equal(next, old)) return;
    const { group, resource, subresource, namespace, name } = a;
    const may = async (action: Omit<Action, 'user' | 'isResource' | 'path'>) =>
      authorizer()({ user: a.user, isResource: true, path: '', ...action });
    // Who makes it could have made it so.
    const verdict = a.oldObject && (await may({ verb: 'delete', group, resource, subresource, namespace, name }));
    if (verdict && verdict.decision !== 'allow') {
      throw refuse(a, `cannot set an ownerRef on a resource you can't delete: ${reasonOf(verdict)}`);
    }
    for (const owner of newlyBlocking(next!, old!)) {
      const resources = kindsOf(owner, kinds());
      if (!resources.length) {
        const unknown = `no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
        const where = `APIVersion ${owner.apiVersion} Kind ${owner.kind}: ${unknown}`;
        throw refuse(a, `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for ${where}`);
      }
      for (const kind of resources) {
        const isPlaced = kind.scope === 'Namespaced';
        const asked = { group: kind.group, resource: kind.plural, subresource: 'finalizers', name: owner.name };
        const ofOwner = await may({ verb: 'update', ...asked, namespace: isPlaced ? a.namespace : '' });
        if (ofOwner.decision === 'allow') continue;
        const why = "an ownerReference refers to a resource you can't set finalizers on";
        throw refuse(a, `cannot set blockOwnerDeletion if ${why}: ${reasonOf(ofOwner)}`);
      }
    }
  },
});

const reasonOf = ({ reason }: { readonly reason: string }): string => `${reason}, <nil>`;

const kindsOf = ({ apiVersion, kind }: OwnerReference, all: readonly AnyKind[]): AnyKind[] =>
  all.filter((k) => k.kind === kind && k.apiVersion === apiVersion);

/** Owners that wait for the object now, and didn't before. */
function newlyBlocking(next: readonly OwnerReference[], old: readonly OwnerReference[]): OwnerReference[] {
  const blocking = next.filter((r) => r.blockOwnerDeletion);
  const before = new Map(old.map((r) => [r.uid, r]));
  return blocking.filter(({ uid }) => !before.get(uid)?.blockOwnerDeletion);
}
