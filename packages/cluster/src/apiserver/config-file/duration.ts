import { parseDuration } from '@tiphys/sdk/machinery';

/** Milliseconds of a duration in a configuration; 0 where there is none. Throws in Go's words for what is none. */
export const durationIn = (text: string | undefined): number => (text ? parseDuration(text) : 0);
