const longestSeconds = 32;

/**
 * How long somebody who was refused should stay away: longer the more were refused lately, as TCP widens and narrows what it sends.
 * Each time that three were refused for every second of it, it doubles; when there were fewer than one, it shrinks by one.
 */
export class RetryAfter {
  #seconds = 1;
  #second = 0;
  #inSecond = 0;
  #grewAt = -longestSeconds;
  #refused: { readonly second: number; readonly count: number }[] = [];

  get seconds(): number {
    return this.#seconds;
  }

  /** One more was refused. */
  refuse(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) {
      this.#inSecond++;
      return;
    }
    this.#refused.push({ second: this.#second, count: this.#inSecond });
    const longest = Math.min(2 * this.#seconds, longestSeconds);
    this.#refused = this.#refused.filter((r) => this.#second - r.second <= longest);
    this.#second = second;
    this.#inSecond = 1;
    this.#adapt(second);
  }

  #adapt(now: number): void {
    const lately = this.#refused.filter((r) => r.second < now && now - r.second <= this.#seconds);
    const count = lately.reduce((sum, r) => sum + r.count, 0);
    if (count >= 3 * this.#seconds && now - this.#grewAt >= this.#seconds) {
      this.#seconds = Math.min(2 * this.#seconds, longestSeconds);
      this.#grewAt = now;
    } else if (count < this.#seconds && this.#seconds > 1) this.#seconds--;
  }
}
