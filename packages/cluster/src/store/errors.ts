/** The store is elsewhere, and didn't answer or refused: nothing of ours is broken. */
export { RpcError as StoreRefusal } from '../grpc/index.ts';

/** The revision asked for has been compacted away. */
export class Compacted extends Error {
  readonly compactedRevision: number;

  constructor(compactedRevision: number) {
    super(`required revision has been compacted; the oldest is ${compactedRevision}`);
    this.name = 'Compacted';
    this.compactedRevision = compactedRevision;
  }
}

/** A transaction may write a key once. */
export class DuplicateKey extends Error {
  constructor(key: string) {
    super(`a transaction writes ${key} twice`);
    this.name = 'DuplicateKey';
  }
}

export class LeaseNotFound extends Error {
  constructor(id: number) {
    super(`requested lease ${id} not found`);
    this.name = 'LeaseNotFound';
  }
}

export class LeaseExists extends Error {
  constructor(id: number) {
    super(`lease ${id} exists`);
    this.name = 'LeaseExists';
  }
}

/** There is no room to write; reads go on. Nothing that was acknowledged is lost. */
export class StoreFull extends Error {
  constructor(cause?: unknown) {
    super('the store has no room left on its disk', { cause });
    this.name = 'StoreFull';
  }
}

export class KeyExists extends Error {
  constructor(key: string) {
    super(`key ${key} exists`);
    this.name = 'KeyExists';
  }
}

/** The key isn't at the revision that the writer had seen. */
export class RevisionMismatch extends Error {
  constructor(key: string, expected: number) {
    super(`key ${key} isn't at revision ${expected}`);
    this.name = 'RevisionMismatch';
  }
}
