import { createHash } from 'node:crypto';
import { type Clock, type Pacer, pacerOf } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import { computedFrom, computedFromBoth } from '../computed-from.ts';
import { Definitions } from './definitions.ts';
import { loadTexts } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { bodiesOnly } from '../kinds.ts';
import { byPath, customOutline, type Outline, outlinesV3, outlineV2 } from './outline.ts';
import { jsonPieces, protobufPieces } from './pieces.ts';
import { type Spec, withSpecs } from './spec.ts';
import { StoredBytes } from './stored-bytes.ts';

/** A document as it goes out, and the digest that clients know it by, in whichever form they read it. */
export interface Document {
  readonly hash: string;
  readonly modifiedAt: number;
  readonly json: StoredBytes;
  /** gnostic's message of it; made when somebody asks for it first. */
  protobuf(): Promise<StoredBytes>;
}

export interface DocumentsDeps {
  /** Kinds that are served as long as the server is there. */
  readonly fixed: readonly AnyKind[];
  /** Those that are defined now; a kind that hasn't changed is the same one. */
  readonly custom: () => readonly AnyKind[];
  /** What others add to OpenAPI 2: the same array as long as it is the same. */
  readonly specs: () => readonly Spec[];
  readonly clock: Clock;
  /** Whether it is told what fields of our own kinds may say, which it is unless told. */
  readonly enums?: boolean;
}

/** The document of a group's version, and the kinds that it was made of. */
interface Custom {
  readonly kinds: readonly AnyKind[];
  readonly document: Promise<Document>;
}

/** Every OpenAPI document, computed from the declarations when the first client asks, in steps that hold nobody up. */
export class Documents {
  readonly #fixed: readonly AnyKind[];
  readonly #clock: Clock;
  readonly #enums: boolean;
  readonly #pacer: Pacer;
  readonly #customByPath: () => ReadonlyMap<string, readonly AnyKind[]>;
  readonly #customDocuments = new Map<string, Custom>();
  readonly #v2: () => Promise<Document>;
  #v3: Promise<ReadonlyMap<string, Document>> | undefined;

  constructor({ fixed, custom, specs, clock, enums = true }: DocumentsDeps) {
    this.#enums = enums;
    this.#fixed = fixed;
    this.#clock = clock;
    this.#pacer = pacerOf(clock);
    this.#customByPath = computedFrom(custom, byPath);
    this.#v2 = computedFromBoth(custom, specs, (kinds, others) => this.#makeV2([...fixed, ...kinds], others));
  }

  /** All documents of OpenAPI 3, by path: `api/v1`, `apis/apps`, `version`. */
  async v3(): Promise<ReadonlyMap<string, Document>> {
    const out = new Map(await this.#fixedV3());
    for (const path of this.#customByPath().keys()) {
      const document = await this.#customAt(path);
      if (document) out.set(path, document);
    }
    return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async v3At(path: string): Promise<Document | undefined> {
    return (await this.#customAt(path)) ?? (await this.#fixedV3()).get(path);
  }

  /** The one document of OpenAPI 2. */
  v2(): Promise<Document> {
    return this.#v2();
  }

  #fixedV3(): Promise<ReadonlyMap<string, Document>> {
    return (this.#v3 ??= this.#makeV3());
  }

  async #makeV3(): Promise<ReadonlyMap<string, Document>> {
    const definitions = this.#prepare(this.#fixed, 'v3');
    const out = new Map<string, Document>();
    for (const [path, outline] of outlinesV3(this.#fixed)) {
      out.set(path, await this.#document(outline, definitions, this.#fixed));
    }
    return out;
  }

  async #makeV2(kinds: readonly AnyKind[], specs: readonly Spec[]): Promise<Document> {
    return this.#document(
      (definitions) => withSpecs(outlineV2(kinds), specs, definitions),
      this.#prepare(kinds, 'v2'),
      kinds,
    );
  }

  async #customAt(path: string): Promise<Document | undefined> {
    const kinds = this.#customByPath().get(path);
    if (!kinds) {
      this.#customDocuments.delete(path);
      return undefined;
    }
    const known = this.#customDocuments.get(path);
    if (known && known.kinds.length === kinds.length && known.kinds.every((k, i) => k === kinds[i])) {
      return known.document;
    }
    const made = { kinds, document: this.#makeCustom(kinds) };
    this.#customDocuments.set(path, made);
    return made.document;
  }

  async #makeCustom(kinds: readonly AnyKind[]): Promise<Document> {
    const document = await this.#document(() => customOutline(kinds), this.#prepare(kinds, 'v3'), kinds);
    // There may be hundreds of these, which few read.
    await document.json.zipped();
    return document;
  }

  async #document(
    outline: (definitions: Definitions) => Outline,
    definitions: Definitions,
    kinds: readonly AnyKind[],
  ): Promise<Document> {
    const { dialect } = definitions;
    const digest = createHash('sha512');
    const pieces: Buffer[] = [];
    for await (const piece of jsonPieces(outline(definitions), definitions, this.#pacer)) {
      digest.update(piece);
      pieces.push(piece);
    }
    let message: Promise<StoredBytes> | undefined;
    const make = async () => {
      const anew = this.#prepare(kinds, dialect);
      const fields = await protobufPieces(outline(anew), anew, this.#pacer);
      return new StoredBytes(Buffer.concat(fields));
    };
    return {
      json: new StoredBytes(Buffer.concat(pieces)),
      hash: digest.digest('hex').toUpperCase(),
      modifiedAt: this.#clock.now(),
      protobuf: () => (message ??= make()),
    };
  }

  /** Made anew for each use: once the documents are written, the texts needn't be kept. */
  #prepare(kinds: readonly AnyKind[], dialect: Dialect): Definitions {
    return new Definitions([...kinds, ...bodiesOnly], { dialect, texts: loadTexts(), enums: this.#enums });
  }
}
