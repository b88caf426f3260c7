const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** From this many seconds on a duration is told with so many words: `2m30s` below ten minutes, `90m` below three hours… */
const scales: readonly {
  readonly below: number;
  readonly unit: number;
  readonly word: string;
  readonly rest?: Rest;
}[] = [
  { below: 2 * minute, unit: 1, word: 's' },
  { below: 10 * minute, unit: minute, word: 'm', rest: { unit: 1, word: 's' } },
  { below: 3 * hour, unit: minute, word: 'm' },
  { below: 8 * hour, unit: hour, word: 'h', rest: { unit: minute, word: 'm' } },
  { below: 2 * day, unit: hour, word: 'h' },
  { below: 8 * day, unit: day, word: 'd', rest: { unit: hour, word: 'h' } },
  { below: 2 * year, unit: day, word: 'd' },
  { below: 8 * year, unit: year, word: 'y', rest: { unit: day, word: 'd' } },
  { below: Infinity, unit: year, word: 'y' },
];

interface Rest {
  readonly unit: number;
  readonly word: string;
}

/** How long something took or is ago, as kubectl says it: short, with two or three significant figures. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  // Clocks differ a little between machines.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const { unit, word, rest } = scales.find(({ below }) => seconds < below)!;
  const text = `${Math.floor(seconds / unit)}${word}`;
  const more = rest ? Math.floor((seconds % unit) / rest.unit) : 0;
  return rest && more ? `${text}${more}${rest.word}` : text;
}
