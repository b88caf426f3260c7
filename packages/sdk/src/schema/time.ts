import { DecodeError } from './decode-error.ts';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Times met last, as they were written and as they are: one write has the same few again and again. */
const known = { seconds: new Map<string, string>(), micros: new Map<string, string>() };
const mostKnown = 256;
const longestKnown = 32;

/** RFC 3339 in any zone → UTC; whole seconds, or exactly six decimals. */
export function canonicalTime(text: string, micro: boolean): string {
  const times = micro ? known.micros : known.seconds;
  let time = times.get(text);
  if (time === undefined) {
    time = canonical(text, micro);
    if (times.size >= mostKnown) times.clear();
    if (text.length <= longestKnown) times.set(text, time);
  }
  return time;
}

function canonical(text: string, micro: boolean): string {
  const m = rfc3339.exec(text);
  // Layouts of Go are exact: six decimals, no fewer and no more.
  const fits = m && (!micro || m[7]?.length === 7);
  const ms = fits ? Date.parse(m[7] ? text.replace(m[7], '') : text) : NaN;
  if (!fits || Number.isNaN(ms)) {
    const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    throw new DecodeError(
      `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return micro ? `${seconds}.${(m[7] ?? '.').slice(1).padEnd(6, '0').slice(0, 6)}Z` : `${seconds}Z`;
}
