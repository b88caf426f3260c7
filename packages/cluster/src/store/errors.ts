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

/** The key isn't as the writer took it to be, at a revision of the store. */
export class WriteConflict extends Error {
  readonly revision: number;

  constructor(message: string, revision: number) {
    super(message);
    this.name = new.target.name;
    this.revision = revision;
  }
}

export class KeyExists extends WriteConflict {
  constructor(key: string, revision: number) {
    super(`key ${key} exists`, revision);
  }
}

/** The key isn't at the revision that the writer had seen. */
export class RevisionMismatch extends WriteConflict {
  constructor(key: string, expected: number, revision: number) {
    super(`key ${key} isn't at revision ${expected}`, revision);
  }
}
