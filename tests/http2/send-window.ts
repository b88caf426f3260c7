import { firstWindow, settingNumbers } from './frames.ts';

/** How much a peer lets be sent to it: on each stream, and by the number 0 in all. */
export class SendWindow {
  #first = firstWindow;
  /** Given, less what was taken, beyond what each begins with. */
  readonly #more = new Map<number, number>();

  of(stream: number): number {
    return (stream === 0 ? firstWindow : this.#first) + (this.#more.get(stream) ?? 0);
  }

  add(stream: number, bytes: number): void {
    this.#more.set(stream, (this.#more.get(stream) ?? 0) + bytes);
  }

  take(stream: number, bytes: number): void {
    this.add(stream, -bytes);
    this.add(0, -bytes);
  }

  /** What streams begin with, from a peer's settings. */
  setFirst(settings: Buffer): void {
    for (let at = 0; at < settings.length; at += 6) {
      if (settings.readUInt16BE(at) === settingNumbers.initialWindowSize) this.#first = settings.readUInt32BE(at + 2);
    }
  }
}
