import { deepCopy, invalidObject, type KubeObject, notFound, StatusError } from '@tiphys/sdk/machinery';
import { objectMeta } from '@tiphys/sdk/api';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import { type Gates, setFields, type WriteContext } from '@tiphys/sdk/schema';
import { KeyExists } from '../../store/index.ts';
import { attributesOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import type { Entry } from '../cache/entry.ts';
import type { Feed } from '../cache/feed.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { change, type Decision } from './change.ts';
import { Conversions } from './conversions.ts';
import type { DeleteOptions } from './delete-options.ts';
import { beginDeletion, isReadyToGo } from './deletion.ts';
import { Expiry } from './expiry.ts';
import { trackConverted, trackFields } from './field-manager.ts';
import type { KindHooks, Undo } from './kind-hooks.ts';
import { dedupeOwners } from './owner-references.ts';
import { dropStatus, isCountedChange, partOf, prepareUpdate } from './parts.ts';
import { checkPreconditions } from './preconditions.ts';
import { creationProblems, updateProblems } from './problems.ts';
import { modified, nameTaken, otherUid, refuseInvalid } from './refusals.ts';
import type { Deleted, UpdateRequest, WriteRequest, Written } from './requests.ts';
import { keyOf, type Resource } from './resource.ts';
import { StoredObjects } from './stored-objects.ts';
import { generatedName, keepSystemFields, prepareMetadata, wipeSystemFields } from './system-fields.ts';
import { isUnchanged } from './unchanged.ts';

export interface RegistryDeps {
  /** Of the store that the resource is in. */
  readonly feed: Feed;
  readonly admission: AdmissionChain;
  readonly clock: Clock;
  readonly random: Random;
  readonly gates?: Gates;
}

/** What a change comes to: the answer, and what there is and was when something has been stored. */
interface Outcome<W extends Written> {
  readonly written: W;
  readonly stored?: { readonly next?: Entry; readonly old?: KubeObject };
}

const generateAttempts = 8;

/** One resource's objects: every read and write of them, in upstream's order of steps (registry/generic/registry/store.go). */
export class Registry {
  readonly resource: Resource;
  readonly cache: WatchCache;
  readonly feed: Feed;
  /** Where others convert between the kind's versions: how its objects come to be known in this one. */
  readonly conversions: Conversions | undefined;
  readonly #deps: RegistryDeps;
  readonly #hooks: KindHooks;
  readonly #objects: StoredObjects;

  constructor(resource: Resource, deps: RegistryDeps, hooks: KindHooks = {}) {
    this.resource = resource;
    this.#deps = deps;
    this.#hooks = hooks;
    this.feed = deps.feed;
    this.cache = deps.feed.cache(resource);
    const { store } = deps.feed;
    const { converter } = resource.kind;
    this.conversions = converter && new Conversions(resource, converter, deps.clock);
    const { ttlSeconds = resource.kind.ttlSeconds } = hooks;
    const expiry = ttlSeconds ? new Expiry(store, deps.clock, ttlSeconds) : undefined;
    const absentAt = (key: string) => (this.cache.isFree(key) ? this.feed.revision : undefined);
    this.#objects = new StoredObjects(resource, { store, storedAs: this.cache.resource, expiry, absentAt });
  }

  /** The object as it is now, including every write that had been acknowledged before the call. */
  async get(namespace: string, name: string): Promise<Entry> {
    await this.feed.current();
    return this.conversions ? this.converted(namespace, name) : this.known(namespace, name);
  }

  /** The same as `known`, where others may have to convert it first: anew, unless what it was converted to once will do. */
  async converted(namespace: string, name: string, { anew = true } = {}): Promise<Entry> {
    const entry = this.#stored(namespace, name);
    if (!entry) throw notFound(this.resource, name);
    const { conversions } = this;
    return conversions && anew ? conversions.fresh(entry) : (conversions?.served(entry) ?? entry.served(this.resource));
  }

  /** The object as far as the cache knows. */
  known(namespace: string, name: string): Entry {
    const entry = this.find(namespace, name);
    if (!entry) throw notFound(this.resource, name);
    return entry;
  }

  find(namespace: string, name: string): Entry | undefined {
    return this.#stored(namespace, name)?.served(this.resource);
  }

  /** What `find` finds, where others may have to convert it first. */
  async foundAt(namespace: string, name: string): Promise<Entry | undefined> {
    const entry = this.#stored(namespace, name);
    return entry && (this.conversions?.served(entry) ?? entry.served(this.resource));
  }

  /** In the version in which it is stored. */
  #stored(namespace: string, name: string): Entry | undefined {
    return this.cache.get(keyOf(this.resource, namespace, name));
  }

  create(object: KubeObject, request: WriteRequest): Promise<Written> {
    const { metadata } = object;
    wipeSystemFields(metadata);
    return this.#create(object, request, metadata.resourceVersion);
  }

  /** `sentVersion`: that of a client who asks for nothing but a creation. */
  async #create(object: KubeObject, request: WriteRequest, sentVersion?: string): Promise<Written> {
    for (let attempt = 1; ; attempt++) {
      const generated = !object.metadata.name && Boolean(object.metadata.generateName);
      try {
        // Only a name made up for it may turn out to be taken and call for another attempt.
        const written = await this.#createOnce(generated ? deepCopy(object) : object, request, sentVersion);
        if (written.entry && this.#hooks.afterWrite) await this.#hooks.afterWrite(written.object, undefined);
        return written;
      } catch (err) {
        if (!(err instanceof KeyExists)) throw err;
        if (generated && attempt < generateAttempts) continue;
        throw this.#taken(request.namespace, object);
      }
    }
  }

  async #createOnce(
    object: KubeObject,
    request: WriteRequest & { readonly subresource?: string },
    sentVersion: string | undefined,
  ): Promise<Written> {
    const { kind } = this.resource;
    const { clock, random, admission } = this.#deps;
    const { metadata } = object;
    const { manager, subresource = '' } = request;
    const context = this.#context(request);
    dedupeOwners(metadata, request);
    if (manager) {
      const write = { next: object, old: undefined, manager, subresource, now: clock.now() };
      if (kind.converter) await trackConverted(kind, kind.converter, write);
      else trackFields(kind, write);
    }
    const attributes = attributesOf(this.resource, 'CREATE', request, { object });
    await admission.admit(attributes);
    // Mutating admission sees an object that is still to be named, validating admission its name.
    if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName, random);
    // The path of a namespace names it as the namespace too.
    prepareMetadata(object, this.resource.namespaced ? request.namespace : '', {
      now: clock.now(),
      uid: random.uuid(),
      counts: countsGeneration(this),
    });
    // What comes to be by its status is given nothing, as upstream's part for that has nothing to give.
    const undo = subresource || !this.#hooks.beforeCreate ? undefined : await this.#hooks.beforeCreate(object, request);
    try {
      if (kind.status && !kind.statusAtCreation) dropStatus(object, kind);
      kind.prepareForCreate?.(object, context);
      for (const problems of creationProblems(this.resource, object, context))
        refuseInvalid(this.resource, object, problems);
      for (const w of kind.warnings?.(object) ?? []) request.warn(w);
      await admission.validate(attributes);
      const settling = this.#objects.settled(object);
      const settled = settling instanceof Promise ? await settling : settling;
      const isVersion = /^[1-9]\d*$/.test(sentVersion ?? '');
      if (request.dryRun) {
        undo?.();
        if (this.#stored(request.namespace, metadata.name ?? ''))
          throw new KeyExists(metadata.name ?? '', this.feed.revision);
        if (isVersion) settled.metadata.resourceVersion = sentVersion!;
        return { object: typed(this.resource, settled), created: true };
      }
      if (isVersion) {
        throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
      }
      return new StoredWrite(await this.#objects.create(settled), true);
    } catch (err) {
      undo?.();
      throw err;
    }
  }

  async update(request: UpdateRequest): Promise<Written> {
    return this.#change(request, (current) => (current ? this.#updateOf(current, request) : this.#creationBy(request)));
  }

  /** An update of what isn't there. */
  async #creationBy(request: UpdateRequest): Promise<Decision<Outcome<Written>>> {
    if (!request.mayCreate) throw notFound(this.resource, request.name);
    const object = await request.next(undefined);
    return {
      write: async () => {
        // What a replacement or an applier says of itself stands, other than in a creation.
        const written = await this.#createOnce(object, request, undefined);
        return { written, ...(written.entry && { stored: { next: written.entry } }) };
      },
    };
  }

  async #change<W extends Written>(
    { namespace, name }: WriteRequest,
    decide: (current: Entry | undefined) => Promise<Decision<Outcome<W>>>,
    { isAnew = false } = {},
  ): Promise<W> {
    const { conversions } = this;
    const { written, stored } = conversions
      ? await change(this.feed, () => this.#stored(namespace, name), conversions.deciding(decide, isAnew))
      : await change(this.feed, () => this.find(namespace, name), decide);
    if (stored) await this.#hooks.afterWrite?.(stored.next?.object, stored.old);
    return written;
  }

  async #updateOf(current: Entry, request: UpdateRequest): Promise<Decision<Outcome<Written>>> {
    const { kind } = this.resource;
    const { clock, admission } = this.#deps;
    const old = current.object;
    const next = await request.next(old);
    const wanted = next.metadata.resourceVersion ?? '';
    if (request.replaces && next.metadata.uid && next.metadata.uid !== old.metadata.uid) {
      throw otherUid(this.resource, { wanted: next.metadata.uid, is: old.metadata }, request);
    }
    if (wanted === '' || wanted === '0') {
      if (kind.unconditionalUpdate === false && request.replaces) {
        // Upstream has only the resource at hand here, and says it where the kind should stand.
        throw invalidObject(this.resource.group, this.resource.resource, request.name, [
          {
            type: 'FieldValueInvalid',
            field: 'metadata.resourceVersion',
            message: 'Invalid value: 0: must be specified for an update',
          },
        ]);
      }
    } else if (!/^\d+$/.test(wanted)) {
      throw new StatusError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(wanted)}: invalid syntax`);
    } else if (wanted !== String(current.revision)) throw modified(this.resource, request.name);
    const { manager, subresource = '' } = request;
    dedupeOwners(next.metadata, request);
    if (manager) {
      const write = { next, old, manager, subresource, now: clock.now() };
      if (kind.converter) await trackConverted(kind, kind.converter, write);
      else trackFields(kind, write);
    }
    const attributes = attributesOf(this.resource, 'UPDATE', request, { object: next, oldObject: old });
    await admission.admit(attributes);
    const part = request.strategy ?? partOf(kind, request.subresource);
    keepSystemFields(next, old, this.resource.namespaced);
    const undo = part ? undefined : await this.#hooks.beforeUpdate?.(next, old, request);
    const context = this.#context(request);
    try {
      prepareUpdate(kind, part, { next, old }, context);
      if (!request.strategy && countsGeneration(this) && isCountedChange(kind, next, old)) {
        setFields(objectMeta, next.metadata, { generation: (old.metadata.generation ?? 0) + 1 });
      }
      refuseInvalid(this.resource, next, updateProblems(this.resource, part, { next, old }, context));
      if (part && this.#hooks.partRules)
        refuseInvalid(this.resource, next, await this.#hooks.partRules(next, old, request));
      for (const w of (part ? part.warnings?.(next, old) : kind.warnings?.(next, old)) ?? []) request.warn(w);
      await admission.validate(attributes);
      const settling = this.#objects.settled(next);
      const settled = settling instanceof Promise ? await settling : settling;
      if (request.dryRun) {
        undo?.();
        settled.metadata.resourceVersion = String(current.revision);
        return { answer: { written: { object: typed(this.resource, settled), created: false } } };
      }
      settled.metadata.resourceVersion = old.metadata.resourceVersion!;
      const isGoing = isReadyToGo(settled, kind);
      const mayStay = !isGoing && !current.isOfOtherVersion && isUnchanged(typed(this.resource, settled), old);
      if (mayStay && !(await this.#objects.isStale(current))) {
        return { answer: { written: { object: old, entry: current, created: false } } };
      }
      const write = async (): Promise<Outcome<Written>> => {
        const entry = isGoing
          ? await this.#objects.remove(current, settled)
          : await this.#objects.replace(current, settled);
        const stored = { ...(!isGoing && { next: entry }), old };
        return { written: new StoredWrite(entry, false), stored };
      };
      return { write: () => undoing(undo, write) };
    } catch (err) {
      undo?.();
      throw err;
    }
  }

  /** Deletes, or marks for deletion what must wait for grace or finalizers. */
  async delete(request: WriteRequest, options: DeleteOptions): Promise<Deleted> {
    return this.#change(request, (current) => this.#deletionOf(current, request, options), { isAnew: true });
  }

  async #deletionOf(
    current: Entry | undefined,
    request: WriteRequest,
    options: DeleteOptions,
  ): Promise<Decision<Outcome<Deleted>>> {
    const { admission, clock } = this.#deps;
    const { kind } = this.resource;
    if (!current) throw notFound(this.resource, request.name);
    const old = current.object;
    checkPreconditions(this.resource, old, options, request.name);
    const attributes = attributesOf(this.resource, 'DELETE', request, { oldObject: old });
    await admission.admit(attributes);
    await admission.validate(attributes);
    const next = deepCopy(old);
    const plan = beginDeletion(next, kind, options, clock.now());
    await this.#hooks.beforeDelete?.(old, request);
    // What goes at once and might have had grace is told as it went.
    const last = plan !== 'now' || kind.graceful ? typed(this.resource, next) : old;
    if (request.dryRun) return { answer: { written: { object: last, created: false, gone: plan === 'now' } } };
    if (plan === 'pending')
      return { answer: { written: { object: old, entry: current, created: false, gone: false } } };
    if (plan === 'marked') {
      return {
        write: async () => {
          const entry = await this.#objects.replace(current, next);
          return { written: { object: entry.object, entry, created: false, gone: false } };
        },
      };
    }
    return {
      write: async () => {
        // Whoever watches is told that the grace was cut short before it goes.
        const isCut = next.metadata.deletionGracePeriodSeconds !== (old.metadata.deletionGracePeriodSeconds ?? 0);
        if (old.metadata.deletionTimestamp && isCut)
          await this.#objects.remove(await this.#objects.replace(current, next), next);
        else await this.#objects.remove(current, old);
        return { written: { object: last, created: false, gone: true }, stored: { old } };
      },
    };
  }

  /** Feature gates that are open, where somebody said. */
  get gates(): Gates | undefined {
    return this.#deps.gates;
  }

  #context(request: WriteRequest): WriteContext {
    const { clock, gates } = this.#deps;
    const { user, warn } = request;
    return gates ? { now: clock.now(), gates, user, warn } : { now: clock.now(), user, warn };
  }

  #taken(namespace: string, { metadata }: KubeObject): StatusError {
    const name = metadata.name ?? metadata.generateName ?? '';
    return nameTaken(this.resource, name, this.#stored(namespace, name)?.object);
  }
}

/** Takes back what was reserved for a write when it fails. */
async function undoing<T>(undo: Undo | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (err) {
    undo?.();
    throw err;
  }
}

/** Few look into what they have written: the object is made for those who do. */
class StoredWrite implements Written {
  readonly entry: Entry;
  readonly created: boolean;

  constructor(entry: Entry, created: boolean) {
    this.entry = entry;
    this.created = created;
  }

  get object(): KubeObject {
    return this.entry.object;
  }
}

const countsGeneration = ({ resource: { kind } }: Registry): boolean => Boolean(kind.generation);

function typed(resource: Resource, object: KubeObject): KubeObject {
  const { apiVersion, kind } = resource.kind;
  return { ...object, apiVersion, kind };
}
