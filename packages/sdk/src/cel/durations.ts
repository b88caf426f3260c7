import { plainDoubleText } from '../machinery/index.ts';
import { Duration, maxInt, minInt } from './values.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** A duration as Go writes them (`1h30m`, `-1.5s`, `0`); nothing for what is none or takes more than 64 bits. */
export function readDuration(text: string): Duration | undefined {
  if (!/^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return undefined;
  let nanos = 0n;
  for (const [, whole = '', , fraction = '', unit] of text.matchAll(/(\d*)(\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanos += BigInt(whole || 0) * units[unit!]! + (fraction === '' ? 0n : partOf(fraction, units[unit!]!));
  }
  return durationOf(text.startsWith('-') ? -nanos : nanos);
}

/** As many digits count as fit in 63 bits. */
function partOf(fraction: string, unit: bigint): bigint {
  const digits = BigInt(fraction.slice(0, 19)) <= maxInt ? fraction.slice(0, 19) : fraction.slice(0, 18);
  return BigInt(Math.trunc(Number(BigInt(digits)) * (Number(unit) / 10 ** digits.length)));
}

export function durationOf(nanos: bigint): Duration | undefined {
  return nanos < minInt || nanos > maxInt ? undefined : new Duration(nanos);
}

/** In seconds, with a fraction as precise as a double. */
export const secondsOf = ({ nanos }: Duration): number =>
  Number(nanos / 1_000_000_000n) + Number(nanos % 1_000_000_000n) / 1e9;

export const durationText = (d: Duration): string => `${plainDoubleText(secondsOf(d))}s`;
