import { own } from './object.ts';

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a duration as Go writes them (`1h30m`, `1.5s`, `0`); throws with Go's own words for what is none. */
export function parseDuration(text: string): number {
  const invalid = new Error(`time: invalid duration ${quotedBytes(text)}`);
  const body = text.replace(/^[-+]/, '');
  if (!body) throw invalid;
  let sum = 0;
  for (let rest = body === '0' ? '' : body; rest;) {
    const count = /^(\d+(\.\d*)?|\.\d+)/.exec(rest)?.[0];
    if (count === undefined) throw invalid;
    const unit = /^[^.\d]*/.exec(rest.slice(count.length))![0];
    if (!unit) throw new Error(`time: missing unit in duration ${quotedBytes(text)}`);
    const size = own(units, unit);
    if (size === undefined) throw new Error(`time: unknown unit ${quotedBytes(unit)} in duration ${quotedBytes(text)}`);
    sum += Number(count) * size;
    rest = rest.slice(count.length + unit.length);
  }
  if (sum > longestMs) throw invalid;
  return text.startsWith('-') ? -sum : sum;
}

/** 63 bits of nanoseconds. */
const longestMs = 2 ** 63 / 1e6;

/** As Go's durations quote: byte by byte whatever isn't ASCII. */
function quotedBytes(text: string): string {
  const inside = Buffer.from(text)
    .toString('latin1')
    .replace(/["\\]/g, '\\$&')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\x00-\x1f\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${inside}"`;
}

/** A duration as Go prints it, to the millisecond: `153ms`, `1.2s`, `1m2.5s`. */
export function goDuration(ms: number): string {
  const whole = Math.floor(ms);
  if (whole === 0) return '0s';
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours) return `${hours}h${minutes}m${seconds}`;
  return minutes ? `${minutes}m${seconds}` : seconds;
}
