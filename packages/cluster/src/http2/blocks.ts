/** Most connections say little at a time. */
const sizes = [4 * 1024, 16 * 1024, 64 * 1024] as const;
export const largestBlock = sizes[2];

/** So many bytes of each size are kept while nobody needs them. */
const keptBytes = 1024 * 1024;

const spare = new Map<number, Buffer[]>(sizes.map((size) => [size, []]));

/** Memory of at least so many bytes, at most `largestBlock`. What was sent is used again: new memory costs more than the copying. */
export function takeBlock(bytes: number): Buffer {
  const size = sizes.find((s) => s >= bytes) ?? largestBlock;
  return spare.get(size)!.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** Nobody reads it any more. */
export function giveBlock(block: Buffer): void {
  const blocks = spare.get(block.length)!;
  if (blocks.length * block.length < keptBytes) blocks.push(block);
}
