import { createHash } from 'node:crypto';
import { type Clock, type Pacer, pacerOf } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import { Definitions } from './definitions.ts';
import { loadTexts } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { bodiesOnly, type Outline, outlinesV3, outlineV2 } from './outline.ts';
import { jsonPieces, protobufPieces } from './pieces.ts';
import { StoredBytes } from './stored-bytes.ts';

/** A document as it goes out, and the digest that clients know it by, in whichever form they read it. */
export interface Document {
  readonly hash: string;
  readonly modifiedAt: number;
  readonly json: StoredBytes;
  /** gnostic's message of it; made when somebody asks for it first. */
  protobuf(): Promise<StoredBytes>;
}

/** Every OpenAPI document, computed from the declarations when the first client asks, in steps that hold nobody up. */
export class Documents {
  readonly #kinds: readonly AnyKind[];
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  #v3: Promise<ReadonlyMap<string, Document>> | undefined;
  #v2: Promise<Document> | undefined;

  constructor(kinds: readonly AnyKind[], clock: Clock) {
    this.#kinds = kinds;
    this.#clock = clock;
    this.#pacer = pacerOf(clock);
  }

  /** By path: `api/v1`, `apis/apps`, `version`. */
  v3(): Promise<ReadonlyMap<string, Document>> {
    return (this.#v3 ??= this.#makeV3());
  }

  /** The one document of OpenAPI 2. */
  v2(): Promise<Document> {
    return (this.#v2 ??= this.#makeV2());
  }

  async #makeV3(): Promise<ReadonlyMap<string, Document>> {
    const definitions = await this.#prepare('v3');
    const out = new Map<string, Document>();
    for (const [path, outline] of outlinesV3(this.#kinds)) out.set(path, await this.#document(outline, definitions));
    return out;
  }

  async #makeV2(): Promise<Document> {
    return this.#document(() => outlineV2(this.#kinds), await this.#prepare('v2'));
  }

  /** Made anew for each use: once the documents are written, the texts needn't be kept. */
  async #prepare(dialect: Dialect): Promise<Definitions> {
    return new Definitions([...this.#kinds, ...bodiesOnly], { dialect, texts: await loadTexts() });
  }

  async #document(outline: () => Outline, definitions: Definitions): Promise<Document> {
    const digest = createHash('sha512');
    const pieces: Buffer[] = [];
    for await (const piece of jsonPieces(outline(), definitions, this.#pacer)) {
      digest.update(piece);
      pieces.push(piece);
    }
    let message: Promise<StoredBytes> | undefined;
    const make = async () => {
      const own = outline();
      const fields = await protobufPieces(own, await this.#prepare(own.dialect), this.#pacer);
      return new StoredBytes(Buffer.concat(fields));
    };
    return {
      json: new StoredBytes(Buffer.concat(pieces)),
      hash: digest.digest('hex').toUpperCase(),
      modifiedAt: this.#clock.now(),
      protobuf: () => (message ??= make()),
    };
  }
}
