/** DNS over TCP: each message follows its length in two bytes. */
export async function* frames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk]);
    for (let end; held.length >= 2 && held.length >= (end = 2 + held.readUInt16BE(0));) {
      yield held.subarray(2, end);
      held = held.subarray(end);
    }
  }
}

export function framed(message: Uint8Array): Uint8Array {
  const out = new Uint8Array(message.length + 2);
  new DataView(out.buffer).setUint16(0, message.length);
  out.set(message, 2);
  return out;
}
