import type { StoreBackend, StoredItem, TransactionResult } from '../backend.ts';

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: StoreBackend;
  /** Lets time pass, which leases run out by. */
  pass(ms: number): Promise<void>;
  /** Takes all room that is left; the function gives it back. Absent for an engine that can't run out of room on its own. */
  readonly fill?: () => Promise<() => Promise<void>>;
  /** Random sequences to compare with the model. */
  readonly sequences?: number;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

/** Values of different engines are different kinds of byte array. */
export function plain<T extends { readonly value: Uint8Array }>(item: T | undefined): object | undefined {
  return item && { ...item, value: text(item.value) };
}

/** The one store that all of a contract's tests are run on, each under keys of its own. */
export class StoreScene implements AsyncDisposable {
  readonly #open: () => Promise<StoreUnderTest>;
  #opened: StoreUnderTest | undefined;
  #directories = 0;

  constructor(open: () => Promise<StoreUnderTest>) {
    this.#open = open;
  }

  async open(): Promise<void> {
    this.#opened = await this.#open();
  }

  get underTest(): StoreUnderTest {
    if (!this.#opened) throw new Error('no store is open yet');
    return this.#opened;
  }

  get store(): StoreBackend {
    return this.underTest.store;
  }

  /** Where the keys of one test are, apart from all others'. */
  readonly directory = (): string => `/contract/${String(++this.#directories).padStart(3, '0')}/`;

  readonly put = async (key: string, value = 'v', lease = 0): Promise<StoredItem> =>
    (await this.store.txn({ success: [{ op: 'put', key, value: bytes(value), lease }] })).items[0]!;

  readonly drop = (key: string): Promise<TransactionResult> => this.store.txn({ success: [{ op: 'delete', key }] });

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.[Symbol.asyncDispose]();
  }
}
