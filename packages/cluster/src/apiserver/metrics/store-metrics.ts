import type { Clock, Registry } from '@tiphys/sdk/runtime';
import type { StoreBackend, Transaction } from '../../store/index.ts';
import { adopt, type Sample } from './adopt.ts';
import { Durations } from './durations.ts';

interface Cell {
  readonly labels: { readonly operation: string; readonly group: string; readonly resource: string };
  readonly durations: Durations;
  failed: number;
}

/** The resource of a key, of those that there are. */
export type PlaceOf = (key: string) => { readonly group: string; readonly resource: string } | undefined;

/** How stores do, by upstream's names, whichever engine they are. */
export class StoreMetrics {
  readonly #clock: Clock;
  readonly #placeOf: PlaceOf;
  readonly #cells = new Map<string, Cell>();

  constructor(registry: Registry, { clock, placeOf }: { clock: Clock; placeOf: PlaceOf }) {
    this.#clock = clock;
    this.#placeOf = placeOf;
    const each = (samples: (cell: Cell) => readonly Sample[]) => () => [...this.#cells.values()].flatMap(samples);
    adopt(registry, {
      name: 'etcd_request_duration_seconds',
      help: 'Etcd request latency in seconds for each operation and object type.',
      type: 'histogram',
      samples: each(({ durations, labels }) => durations.samples(labels)),
    });
    adopt(registry, {
      name: 'etcd_requests_total',
      help: 'Etcd request counts for each operation and object type.',
      type: 'counter',
      samples: each(({ durations, labels }) => [{ labels, value: durations.count }]),
    });
    adopt(registry, {
      name: 'etcd_request_errors_total',
      help: 'Etcd failed request counts for each operation and object type.',
      type: 'counter',
      samples: each(({ failed, labels }) => [{ labels, value: failed }]),
    });
  }

  /** The store again, every read and write of it counted and timed. */
  measured(store: StoreBackend): StoreBackend {
    const isStale = store.isStale?.bind(store);
    return {
      ...(isStale && { isStale }),
      get revision() {
        return store.revision;
      },
      get compactedRevision() {
        return store.compactedRevision;
      },
      currentRevision: () => store.currentRevision(),
      get: (key, o) => this.#timed('get', key, store.get(key, o)),
      list: (prefix, o) => this.#timed('list', prefix, store.list(prefix, o)),
      count: (prefix) => this.#timed('count', prefix, store.count(prefix)),
      txn: (t) => this.#timed(writeOf(t), t.success[0]?.key ?? '', store.txn(t)),
      watch: (prefix, o) => store.watch(prefix, o),
      compact: (revision) => store.compact(revision),
      grantLease: (ttlSeconds, id) => store.grantLease(ttlSeconds, id),
      keepLeaseAlive: (id) => store.keepLeaseAlive(id),
      lease: (id) => store.lease(id),
      leases: () => store.leases(),
      revokeLease: (id) => store.revokeLease(id),
      close: () => store.close(),
    };
  }

  async #timed<T>(operation: string, key: string, work: Promise<T>): Promise<T> {
    const cell = this.#cell(operation, key);
    const began = this.#clock.monotonic();
    try {
      return await work;
    } catch (error) {
      cell.failed++;
      throw error;
    } finally {
      cell.durations.add((this.#clock.monotonic() - began) / 1000);
    }
  }

  #cell(operation: string, key: string): Cell {
    const { group, resource } = this.#placeOf(key) ?? { group: '', resource: '' };
    const name = `${operation} ${group}/${resource}`;
    let cell = this.#cells.get(name);
    if (!cell) {
      cell = { labels: { operation, group, resource }, durations: new Durations(), failed: 0 };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}

function writeOf({ compare: [first] = [], success: [operation] }: Transaction): string {
  if (operation?.op !== 'put') return operation?.op ?? 'get';
  return first?.target === 'mod' && first.value === 0 ? 'create' : 'update';
}
