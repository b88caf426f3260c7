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
  if (!/^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) throw new Error(whyNoDuration(text));
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) sum += Number(count) * units[unit!]!;
  return text.startsWith('-') ? -sum : sum;
}

function whyNoDuration(text: string): string {
  const quoted = JSON.stringify(text);
  const [, unit] = /^[-+]?(?:[\d.]+(?:ns|us|µs|μs|ms|s|m|h))*[\d.]+([^\d.]*)/.exec(text) ?? [];
  if (unit === '') return `time: missing unit in duration ${quoted}`;
  if (unit) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
  return `time: invalid duration ${quoted}`;
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
