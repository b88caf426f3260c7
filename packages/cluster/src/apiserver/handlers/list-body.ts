import type { JsonObject } from '@tiphys/sdk/machinery';
import { type Clock, pacerOf } from '@tiphys/sdk/runtime';

/** So many items are joined before the time is looked at. */
const lookedAt = 32;

const comma = Buffer.from(',');
const end = Buffer.from(']}\n');

/** The bytes of a list: its head as JSON, its members' bytes as they are, with pauses where there are thousands. */
export async function listBody<T>(
  head: JsonObject,
  member: 'items' | 'rows',
  items: readonly T[],
  piecesOf: (item: T) => readonly Uint8Array[],
  clock: Clock,
): Promise<Uint8Array[]> {
  const pacer = pacerOf(clock);
  const pieces: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${member}":[`)];
  for (const [i, item] of items.entries()) {
    if (i > 0) pieces.push(comma);
    pieces.push(...piecesOf(item));
    if (i % lookedAt === lookedAt - 1) await pacer.turn();
  }
  pieces.push(end);
  return pieces;
}
