import type { Clock } from '@tiphys/sdk/runtime';

let second = NaN;
let text = '';

/** The time as headers tell it (RFC 9110 §5.6.7), made once a second. */
export function dateHeader(clock: Clock): string {
  const now = Math.floor(clock.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
