/** A moment as objects write it: RFC 3339, UTC, whole seconds. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Most writes of a second ask for the same text, several times each.
  if (second !== last.second) last = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return last.text;
}

let last = { second: NaN, text: '' };

/** The same to the microsecond (`MicroTime`: leases, newer events), as far as the moment is known. */
export function microTimestamp(ms: number): string {
  const micros = Math.floor(ms * 1000);
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, '0')}Z`;
}
