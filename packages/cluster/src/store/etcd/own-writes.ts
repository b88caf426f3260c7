/** What is remembered of writes that no watch has told of: enough for those that are under way. */
const mostBytes = 8 * 2 ** 20;

/**
 * Values that this process writes, until a watch tells of them: the event is given the very bytes that were sent, so that whatever
 * is known of those (they have been parsed) is known of what comes back.
 */
export class OwnWrites {
  readonly #values = new Map<string, Uint8Array>();
  #bytes = 0;

  sent(key: string, value: Uint8Array): void {
    this.forget(key);
    this.#values.set(key, value);
    this.#bytes += value.length;
    // Nobody may watch there.
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= mostBytes) return;
      this.forget(oldest);
    }
  }

  /** It wasn't written. */
  forget(key: string): void {
    const value = this.#values.get(key);
    if (!value) return;
    this.#values.delete(key);
    this.#bytes -= value.length;
  }

  /** The value that was sent, when it is what was told; a copy of that otherwise. */
  told(key: string, value: Uint8Array): Uint8Array {
    const sent = this.#values.get(key);
    if (!sent || Buffer.compare(sent, value) !== 0) return copyOf(value);
    this.forget(key);
    return sent;
  }
}

/** In room of its own: as a part of what came over the network a value that is kept would keep all of that. */
export function copyOf(value: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(value.length);
  copy.set(value);
  return copy;
}
