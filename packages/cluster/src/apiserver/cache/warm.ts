import { Latest } from './latest.ts';

/** What has been made of stored bytes, and can be made again. */
export interface Warm {
  readonly size: number;
  forgetParsed(): void;
}

/** Bodies whose parsed forms are kept; those take about three times the room. */
const mostBytes = 8 * 2 ** 20;
const warm = new Latest<Warm>(mostBytes, (one) => one.forgetParsed());

/**
 * Keeps the parsed form of what has just been looked into, at the price of what has been kept longest: of most objects only the
 * bytes are held, however many there are.
 */
export const keepWarm = (one: Warm): void => warm.add(one, one.size);
