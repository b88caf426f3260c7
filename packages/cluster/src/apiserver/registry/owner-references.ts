import { equal, type ObjectMeta } from '@tiphys/sdk/machinery';

/** Leaves of owners that are named twice in the same words one, and tells the client. Changes the metadata. */
export function dedupeOwners(metadata: ObjectMeta, request: { warn(text: string): void }): void {
  const { ownerReferences: owners } = metadata;
  if (!owners || owners.length < 2) return;
  const kept = owners.filter((owner, i) => !owners.slice(0, i).some((other) => equal(other, owner)));
  if (kept.length === owners.length) return;
  const twice = owners.filter((owner) => !kept.includes(owner)).map(({ uid }) => uid);
  metadata.ownerReferences = kept;
  request.warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${twice.join(', ')}`,
  );
}
