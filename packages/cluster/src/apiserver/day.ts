import { timestamp } from '@tiphys/sdk/machinery';

/** The day of a time in UTC: `2026-01-31`. */
export const dayOf = (ms: number): string => timestamp(ms).slice(0, 10);

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // The thirtieth of February is read as a day of March.
  return !Number.isNaN(ms) && dayOf(ms) === text;
}
