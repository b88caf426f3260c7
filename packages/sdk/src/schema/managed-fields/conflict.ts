import { StatusError } from '../../machinery/index.ts';
import { type FieldSet, intersection, pathsOf } from './field-set.ts';
import type { Owner } from './managers.ts';
import { pathText } from './path-element.ts';

/** A path that an applier would change and somebody else owns. */
export interface Conflict {
  readonly owner: Owner;
  readonly path: readonly string[];
}

export function conflictsWith(owner: Owner, taken: FieldSet | undefined): Conflict[] {
  const shared = intersection(owner.set, taken);
  return shared ? [...pathsOf(shared)].map((path) => ({ owner, path })) : [];
}

/** 409 with a cause for every conflict; the message names each manager once. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  return new StatusError(409, 'Conflict', messageOf(conflicts), {
    causes: conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${ownerText(owner)}`,
      field: pathText(path),
    })),
  });
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${ownerText(first.owner)}: ${pathText(first.path)}`;
  }
  const byOwner = new Map<string, string[]>();
  for (const { owner, path } of conflicts) {
    const text = ownerText(owner);
    byOwner.set(text, [...(byOwner.get(text) ?? []), `- ${pathText(path)}`]);
  }
  const lines = [...byOwner].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = lines.flatMap(([owner, paths]) => [`conflicts with ${owner}:`, ...paths]).join('\n');
  return `Apply failed with ${conflicts.length} conflicts: ${text}`;
}

function ownerText({ manager, operation, apiVersion, subresource }: Owner): string {
  const name = JSON.stringify(manager) + (subresource && ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
