import type { JsonObject } from '@tiphys/sdk/machinery';
import { type Clock, pacerOf } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';

/** So many items are joined before the time is looked at. */
const lookedAt = 32;

const comma = Buffer.from(',');
const end = Buffer.from(']}\n');

/** The bytes of a list: its head as JSON and what is made of its members, with pauses where there are thousands. */
export async function listBody<T>(
  head: JsonObject,
  member: 'items' | 'rows',
  items: readonly T[],
  bytesOf: (item: T) => Uint8Array,
  clock: Clock,
): Promise<Uint8Array[]> {
  const pacer = pacerOf(clock);
  const pieces: Uint8Array[] = [Buffer.from(listStart(head, member))];
  for (const [i, item] of items.entries()) {
    if (i > 0) pieces.push(comma);
    pieces.push(bytesOf(item));
    if (i % lookedAt === lookedAt - 1) await pacer.turn();
  }
  pieces.push(end);
  return pieces;
}

const listStart = (head: JsonObject, member: string): string => `${JSON.stringify(head).slice(0, -1)},"${member}":[`;

/** The bytes of a list of entries, as they are: nothing is made of them before they are sent, however many there are. */
export function entriesBody(
  head: JsonObject,
  entries: readonly Entry[],
  headOf: (entry: Entry) => string,
): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => piecesOf(listStart(head, 'items'), entries, headOf) };
}

function* piecesOf(
  start: string,
  entries: readonly Entry[],
  headOf: (entry: Entry) => string,
): Generator<Uint8Array, void, undefined> {
  let before = start;
  for (const entry of entries) {
    yield Buffer.from(before + headOf(entry));
    yield entry.tail;
    before = ',';
  }
  yield entries.length ? end : Buffer.from(`${start}]}\n`);
}
