import { flowSchema, mandatoryFlowSchemas, mandatoryPriorityLevels, priorityLevelConfiguration } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isAlreadyExists, isConflict, isNotFound, type KubeObject } from '@tiphys/sdk/machinery';
import { allEnded, type Clock, type Logger } from '@tiphys/sdk/runtime';
import { decode, type Kind } from '@tiphys/sdk/schema';
import { suggestedLevels, suggestedSchemas } from './flow-control-objects.ts';

export const producer = 'api-priority-and-fairness-config-producer-v1';
const autoUpdate = 'apf.kubernetes.io/autoupdate-spec';
const everyMs = 60_000;

/** Makes the flow schemas and priority levels that every cluster has, and brings those nobody changed up to date. */
export async function makeFlowControlObjects(client: Client): Promise<void> {
  const levels = { suggested: suggestedLevels, mandatory: Object.fromEntries(mandatoryPriorityLevels) };
  const schemas = { suggested: suggestedSchemas, mandatory: Object.fromEntries(mandatoryFlowSchemas) };
  // A level before whatever leads to it, and the other way round when they go.
  await ensureAll(client, priorityLevelConfiguration, levels);
  await ensureAll(client, flowSchema, schemas);
  await removeOthers(client, flowSchema, schemas);
  await removeOthers(client, priorityLevelConfiguration, levels);
}

/** Sees every minute that they are still there, until the signal aborts. */
export async function keepFlowControlObjects(
  { client, clock, log }: { client: Client; clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Ends early with the signal alone.
    await clock.sleep(everyMs, signal).catch(() => {});
    if (signal.aborted) return;
    await makeFlowControlObjects(client).catch((error: unknown) =>
      log.warn('flow schemas and priority levels are not as they should be, which is tried again', { error }),
    );
  }
}

interface Wanted {
  readonly suggested: Readonly<Record<string, unknown>>;
  readonly mandatory: Readonly<Record<string, unknown>>;
}

type WithSpec = KubeObject & { spec: object };

async function ensureAll<O extends WithSpec>(client: Client, kind: Kind<O, unknown>, wanted: Wanted): Promise<void> {
  const { items } = await client.list(kind);
  const known = new Map(items.map((o) => [o.metadata.name, o]));
  const ensure =
    (isMandatory: boolean) =>
    async ([name, spec]: [string, unknown]) => {
      const old = known.get(name);
      if (!old) {
        const manifest = { metadata: { name, annotations: { [autoUpdate]: 'true' } }, spec };
        return client.create(kind, manifest).catch(unless(isAlreadyExists));
      }
      const revised = revise(old, decode(kind.schema.shape, { metadata: {}, spec }) as O, isMandatory);
      if (revised) await client.update(kind, revised).catch(unless(isConflict));
    };
  await allEnded([
    ...Object.entries(wanted.suggested).map(ensure(false)),
    ...Object.entries(wanted.mandatory).map(ensure(true)),
  ]);
}

/**
 * The object as it should be, when it isn't: with the spec that is wanted, unless its annotation says that somebody keeps it as it
 * is, or somebody changed it before there was one.
 */
export function revise<O extends WithSpec>(old: O, { spec }: O, isMandatory: boolean): O | undefined {
  const { name, generation, annotations = {} } = old.metadata;
  const isKept = !isMandatory && !(boolOf(annotations[autoUpdate]) ?? generation === 1);
  // Administrators may say how much of the server the exempt level counts for.
  const own = name === 'exempt' && 'exempt' in old.spec ? { exempt: old.spec.exempt } : {};
  const wanted = isKept ? old.spec : { ...spec, ...own };
  const isMarked = boolOf(annotations[autoUpdate]) === !isKept;
  if (isMarked && equal(wanted, old.spec)) return undefined;
  const marked = isMarked ? annotations : { ...annotations, [autoUpdate]: String(!isKept) };
  return { ...old, metadata: { ...old.metadata, annotations: marked }, spec: wanted };
}

/** What earlier versions began with and this one doesn't goes, unless somebody keeps it. */
async function removeOthers<O extends WithSpec>(client: Client, kind: Kind<O, unknown>, wanted: Wanted): Promise<void> {
  const { items } = await client.list(kind);
  const isOther = ({ metadata: { name = '', annotations } }: O) =>
    !Object.hasOwn(wanted.suggested, name) &&
    !Object.hasOwn(wanted.mandatory, name) &&
    boolOf(annotations?.[autoUpdate]) === true;
  await allEnded(
    items.filter(isOther).map((object) => {
      const { uid, resourceVersion } = object.metadata;
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      return client.delete(kind, object, { preconditions }).catch(unless((err) => isNotFound(err) || isConflict(err)));
    }),
  );
}

/** Another server of the same store, or somebody else, was faster. */
const unless =
  (isKnown: (err: unknown) => boolean) =>
  (err: unknown): void => {
    if (!isKnown(err)) throw err;
  };

/** The spellings that Go reads. */
function boolOf(text: string | undefined): boolean | undefined {
  if (/^(1|t|T|true|True|TRUE)$/.test(text ?? '')) return true;
  return /^(0|f|F|false|False|FALSE)$/.test(text ?? '') ? false : undefined;
}
