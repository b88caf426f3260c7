import type { HttpAnswer } from './http-get.ts';

const longestGuessMs = 24 * 60 * 60 * 1000;

/** Until when an answer is good, by its headers (RFC 9111 §4.2), as milliseconds since the epoch; until now when they say nothing. */
export function freshUntil({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number {
  const header = (name: string) => String(headers[name] ?? '');
  const seconds = (directive: string) => {
    const found = new RegExp(`(?:^|[,\\s])${directive}\\s*=\\s*"?(\\d+)`, 'i').exec(header('cache-control'))?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const time = (name: string) => {
    const parsed = Date.parse(header(name));
    return Number.isNaN(parsed) ? undefined : parsed;
  };
  const age = seconds('s-maxage') ?? seconds('max-age');
  if (age !== undefined) return now + age * 1000;
  const expires = time('expires');
  if (expires !== undefined) return Math.max(now, now + expires - (time('date') ?? now));
  const modified = time('last-modified');
  // What hasn't changed for long is guessed to stay for a tenth of that.
  return modified === undefined ? now : Math.max(now, now + Math.min((now - modified) / 10, longestGuessMs));
}
