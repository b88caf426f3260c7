import * as api from '@tiphys/sdk/api';
import { type Client, discoverAll, type ServedResource } from '@tiphys/sdk/client';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { ControllerDeps } from '@tiphys/sdk/operator';
import { throwIfAborted, WorkQueue } from '@tiphys/sdk/runtime';
import { type AnyKind, defineKind, erase } from '@tiphys/sdk/schema';

const keyOf = ({ group, version, kind }: Pick<AnyKind, 'group' | 'version' | 'kind'>) => `${group}/${version}/${kind}`;

/** Large, and read by nobody here. */
const definitions = { ...erase(api.customResourceDefinition), metadataOnly: true };

const declared = new Map(
  Object.values(api as unknown as Record<string, Partial<AnyKind>>)
    .filter((value): value is AnyKind => value.listKind !== undefined)
    .map((kind) => [keyOf(kind), kind]),
);
const declaredGroups = new Set([...declared.values()].map((k) => k.group));

/** Kinds, and versions of groups of which the server doesn't know now what they have. */
export interface DeletableKinds {
  readonly kinds: readonly AnyKind[];
  readonly stale: readonly string[];
}

/**
 * Kinds that the server has and whose objects can be listed, watched and deleted: those that are declared here, and others in
 * the version that their group prefers.
 */
export async function deletableKinds(client: Client, signal: AbortSignal): Promise<DeletableKinds> {
  const { resources, stale } = await discoverAll(client, { signal });
  const others = new Set<string>();
  const kinds = resources.flatMap((resource): AnyKind[] => {
    if (!['list', 'watch', 'delete'].every((verb) => resource.verbs.includes(verb))) return [];
    const known = declared.get(keyOf(resource));
    if (known) return [known.kind === definitions.kind ? definitions : known];
    const name = `${resource.resource}.${resource.group}`;
    if (declaredGroups.has(resource.group) || others.has(name)) return [];
    others.add(name);
    return [undeclared(resource)];
  });
  return { kinds, stale };
}

/** Enough of a kind to find its objects, and to see who owns them. */
const undeclared = ({ group, version, kind, resource, namespaced, verbs }: ServedResource): AnyKind =>
  erase(
    defineKind({
      group,
      version,
      kind,
      plural: resource,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      verbs,
      schema: { shape: { type: 'struct', name: kind, fields: new Map(), rest: { type: 'any' } } },
      unstructured: true,
      metadataOnly: true,
    }),
  );

const retryMs = 1000;
const againMs = 30_000;
const staleAgainMs = 5000;
/** Definitions often come many at a time. */
const gatherMs = 200;

/**
 * Tells of the kinds in the form in which they are stored, but for events, which go by themselves; again whenever there are
 * others, until the signal aborts. A kind that stays is the same object each time; the informer of one that is gone is ended.
 */
export async function followKinds(
  deps: Pick<ControllerDeps, 'client' | 'cache' | 'clock' | 'log'>,
  signal: AbortSignal,
  tell: (kinds: readonly AnyKind[]) => void,
): Promise<void> {
  const { cache, clock } = deps;
  const changes = new WorkQueue({ clock });
  changes.add('');
  const stops = [definitions, erase(api.apiService)].map((kind) => cache.informer(kind).on(() => changes.add('')));
  try {
    let told = new Map<string, AnyKind>();
    while ((await changes.take(signal)) !== undefined) {
      const { kinds: found, stale } = await lastingKinds(deps, signal);
      const idOf = (kind: AnyKind) => idWith(kind, cache.informer(definitions).get(undefined, definitionOf(kind)));
      const kinds = new Map(found.map((kind) => [idOf(kind), told.get(idOf(kind)) ?? kind]));
      // Of whom nobody knows now, it isn't known that they are gone.
      for (const [id, kind] of told) if (stale.includes(`${kind.group}/${kind.version}`)) kinds.set(id, kind);
      const gone = [...told].filter(([id]) => !kinds.has(id));
      // First, so that one that came back is watched anew.
      for (const [, kind] of gone) cache.end(kind);
      if (gone.length || kinds.size !== told.size) tell([...kinds.values()]);
      told = kinds;
      await clock.sleep(gatherMs, signal);
      changes.done('');
      // What others serve may change without a word.
      const hasOthers = cache
        .informer(api.apiService)
        .list()
        .some(({ spec }) => spec.service);
      if (hasOthers) changes.addAfter('', stale.length ? staleAgainMs : againMs);
    }
  } finally {
    for (const stop of stops) stop();
    changes.close();
  }
}

/** What of a kind makes it another for whoever looks after its objects: those of a definition that came back are others, too. */
const idWith = (kind: AnyKind, definition: KubeObject | undefined) =>
  JSON.stringify([keyOf(kind), kind.plural, kind.scope, definition?.metadata.uid]);

const definitionOf = ({ plural, group }: AnyKind) => `${plural}.${group}`;

async function lastingKinds(
  { client, clock, log }: Pick<ControllerDeps, 'client' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<DeletableKinds> {
  for (;;) {
    try {
      const { kinds, stale } = await deletableKinds(client, signal);
      return { kinds: kinds.filter((k) => k.plural !== 'events' && !k.hub), stale };
    } catch (err) {
      throwIfAborted(signal);
      log.warn('waiting for the server to tell its kinds', { error: String(err) });
    }
    await clock.sleep(retryMs, signal);
  }
}
