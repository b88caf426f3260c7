/** What has been made of stored bytes, and can be made again. */
export interface Warm {
  readonly size: number;
  forgetParsed(): void;
}

/** Bodies whose parsed forms are kept; those take about three times the room. */
const mostBytes = 8 * 2 ** 20;

let kept: Warm[] = [];
/** Those before this position have been let go; they are cut off when there are many of them. */
let first = 0;
let bytes = 0;

/**
 * Keeps the parsed form of what has just been looked into, at the price of what has been kept longest: of most objects only the
 * bytes are held, however many there are.
 */
export function keepWarm(one: Warm): void {
  kept.push(one);
  bytes += one.size;
  while (bytes > mostBytes && first < kept.length - 1) {
    const oldest = kept[first++]!;
    bytes -= oldest.size;
    oldest.forgetParsed();
  }
  if (first < kept.length / 2) return;
  kept = kept.slice(first);
  first = 0;
}
