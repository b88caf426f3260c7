import type { Logger } from '@tiphys/sdk/runtime';
import type {
  Operation,
  StoreBackend,
  StoreBatch,
  StoredItem,
  StoreEvent,
  Transaction,
  TransactionResult,
} from '../../store/index.ts';
import type { Plain, Transformer } from './transformer.ts';

/** A value that the keys at hand don't open. */
export class UnreadableValue extends Error {}

export interface EncryptedStoreDeps {
  /** How the value of a key is stored, and of which resource; nothing where it isn't anybody's object. */
  readonly transformerOf: (key: string) => { readonly transformer: Transformer; readonly resource: string } | undefined;
  readonly log: Logger;
}

/**
 * A store whose values are encrypted in the one behind it, each as its resource is to be. Whoever reads sees them plain. A value that
 * can't be read fails who asks for it; a watcher isn't told of it, and goes on with what was there before. Transactions compare
 * revisions: what values look like behind is nobody's business.
 */
export function encryptedStore(store: StoreBackend, { transformerOf, log }: EncryptedStoreDeps): StoreBackend {
  const read = async ({ key, value }: StoredItem): Promise<Plain> => {
    const { transformer, resource = '' } = transformerOf(key) ?? {};
    if (!transformer) return { value, stale: false };
    try {
      return await transformer.fromStorage(value, { key, resource });
    } catch (cause) {
      throw new UnreadableValue(`unable to transform key ${JSON.stringify(key)}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const plain = async (item: StoredItem): Promise<StoredItem> => {
    const { value } = await read(item);
    return value === item.value ? item : { ...item, value };
  };
  const written = async (o: Operation): Promise<Operation> => {
    if (o.op !== 'put') return o;
    const { key, value } = o;
    const { transformer, resource = '' } = transformerOf(key) ?? {};
    return transformer ? { ...o, value: await transformer.toStorage(value, { key, resource }) } : o;
  };
  const each = <F, T>(all: readonly F[], act: (one: F) => Promise<T>): Promise<T[]> => Promise.all(all.map(act));

  const event = async (e: StoreEvent): Promise<StoreEvent | undefined> => {
    try {
      const [item, prev] = await each([e.item, e.prev], async (i) => i && plain(i));
      return { type: e.type, key: e.key, ...(item && { item }), ...(prev && { prev }) };
    } catch (err) {
      // That something is gone needs no reading.
      if (e.type === 'delete') return { type: e.type, key: e.key };
      log.error('a change is left out', { error: (err as Error).message });
      return undefined;
    }
  };

  return {
    get revision() {
      return store.revision;
    },
    get compactedRevision() {
      return store.compactedRevision;
    },
    currentRevision: () => store.currentRevision(),
    async get(key, options) {
      const { item, revision } = await store.get(key, options);
      return { item: item && (await plain(item)), revision };
    },
    async list(prefix, options) {
      const page = await store.list(prefix, options);
      return { ...page, items: await each(page.items, plain) };
    },
    count: (prefix) => store.count(prefix),
    async txn({ success, failure, ...rest }: Transaction): Promise<TransactionResult> {
      const wanted = await each(success, written);
      const otherwise = failure && (await each(failure, written));
      const result = await store.txn({ ...rest, success: wanted, ...(otherwise && { failure: otherwise }) });
      const carriedOut = (result.succeeded ? success : failure) ?? [];
      const items = await each([...result.items.entries()], async ([i, item]) => {
        const operation = carriedOut[i];
        if (!item || operation?.op === 'put')
          return item && { ...item, value: (operation as { value: Uint8Array }).value };
        // Whoever removes something that can't be read gets rid of it.
        return operation?.op === 'delete' ? plain(item).catch(() => item) : plain(item);
      });
      return { ...result, items };
    },
    async *watch(prefix, options): AsyncIterable<StoreBatch> {
      for await (const { revision, events } of store.watch(prefix, options)) {
        const told = await each(events, event);
        yield { revision, events: told.filter((e) => e !== undefined) };
      }
    },
    async isStale(key) {
      const { item } = await store.get(key);
      return item !== undefined && (await read(item)).stale;
    },
    compact: (revision) => store.compact(revision),
    grantLease: (ttlSeconds, id) => store.grantLease(ttlSeconds, id),
    keepLeaseAlive: (id) => store.keepLeaseAlive(id),
    lease: (id) => store.lease(id),
    leases: () => store.leases(),
    revokeLease: (id) => store.revokeLease(id),
    close: () => store.close(),
  };
}
