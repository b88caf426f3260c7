import type { JsonObject } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';

/** Items joined in one go between two pauses. */
const chunk = 250;

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
  const pieces: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${member}":[`)];
  for (const [i, item] of items.entries()) {
    if (i > 0) pieces.push(comma);
    pieces.push(...piecesOf(item));
    if (i % chunk === chunk - 1) await clock.yield();
  }
  pieces.push(end);
  return pieces;
}
