const slabSize = 64 * 1024;
const largest = slabSize / 4;

let slab = Buffer.alloc(0);

/**
 * Room for a value on its way to the disk. As `Buffer.allocUnsafe`, in larger slabs: what is written together is let go together, and
 * neither memory nor its address is asked for anew every few values.
 */
export function allocate(size: number): Buffer {
  if (size > largest) return Buffer.allocUnsafeSlow(size);
  if (size > slab.length) slab = Buffer.allocUnsafeSlow(slabSize);
  const room = slab.subarray(0, size);
  slab = slab.subarray(size);
  return room;
}
