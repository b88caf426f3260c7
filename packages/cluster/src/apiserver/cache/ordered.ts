import type { Entry } from './entry.ts';

/** Entries of one piece; a write copies no more than this many pointers. */
const pieceSize = 128;

type Piece = readonly Entry[];

/**
 * Entries in key order, kept in pieces that are replaced and never changed: a write costs the same however many there are,
 * and what was there at a moment can be kept for later at the price of a list of pieces.
 */
export class OrderedEntries {
  #pieces: Piece[];
  #size: number;
  /** The pieces are somebody else's too: they are to be copied before the first change. */
  #shared = false;

  constructor(pieces: Piece[] = [], size = 0) {
    this.#pieces = pieces;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** The same entries, whatever is written here later. */
  snapshot(): OrderedEntries {
    this.#shared = true;
    const copy = new OrderedEntries(this.#pieces, this.#size);
    copy.#shared = true;
    return copy;
  }

  /** Puts an entry in place of the one under its key, or between its neighbours. */
  set(entry: Entry): void {
    const p = this.#pieceOf(entry.key);
    const piece = this.#pieces[p];
    if (!piece) return this.#replace(p, 0, [entry], 1);
    const at = lowerBound(piece, entry.key);
    const isNew = piece[at]?.key !== entry.key;
    const next = piece.toSpliced(at, isNew ? 0 : 1, entry);
    const half = next.length > pieceSize ? next.splice(next.length >> 1) : [];
    this.#replace(p, 1, next, isNew ? 1 : 0);
    if (half.length) this.#replace(p + 1, 0, half, 0);
  }

  delete(key: string): void {
    const p = this.#pieceOf(key);
    const piece = this.#pieces[p];
    const at = piece ? lowerBound(piece, key) : 0;
    if (piece?.[at]?.key !== key) return;
    this.#replace(p, 1, piece.toSpliced(at, 1), -1);
  }

  /** Entries whose keys start with `prefix`, from `start` on (which is in the prefix). */
  *range(prefix: string, start = prefix): Iterable<Entry> {
    for (let p = this.#pieceOf(start); p < this.#pieces.length; p++) {
      const piece = this.#pieces[p]!;
      for (let i = piece[0]!.key < start ? lowerBound(piece, start) : 0; i < piece.length; i++) {
        const entry = piece[i]!;
        if (!entry.key.startsWith(prefix)) return;
        yield entry;
      }
    }
  }

  /** How many `range` would give, without going through them. */
  count(prefix: string, start = prefix): number {
    return this.#position(`${prefix}\uffff`) - this.#position(start);
  }

  /** How many entries lie before a key. */
  #position(key: string): number {
    const p = this.#pieceOf(key);
    let before = 0;
    for (let i = 0; i < p && i < this.#pieces.length; i++) before += this.#pieces[i]!.length;
    const piece = this.#pieces[p];
    return piece ? before + lowerBound(piece, key) : before;
  }

  /** The piece in which a key is, or would come; past the last one only when there is none. */
  #pieceOf(key: string): number {
    const pieces = this.#pieces;
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pieces[middle]!.at(-1)!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #replace(at: number, count: number, piece: Piece, grown: number): void {
    if (this.#shared) {
      this.#pieces = [...this.#pieces];
      this.#shared = false;
    }
    if (count === 1 && piece.length) this.#pieces[at] = piece;
    else if (piece.length) this.#pieces.splice(at, count, piece);
    else this.#pieces.splice(at, count);
    this.#size += grown;
  }
}

function lowerBound(piece: Piece, key: string): number {
  let [low, high] = [0, piece.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (piece[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
