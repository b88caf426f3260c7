import { isIP } from 'node:net';
import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '@tiphys/sdk/machinery';
import { defaultDataDir } from './data-dir.ts';

/** Flags that several commands have, each with one meaning. */
export const flags = {
  dataDir: () =>
    new Option('--data-dir <dir>', 'where the cluster keeps everything')
      .env('TIPHYS_DATA_DIR')
      .default(defaultDataDir(process.env, process.getuid?.() === 0)),
  tokenAuthFile: () =>
    new Option(
      '--token-auth-file <file>',
      'bearer tokens that are known from the start: lines of token,user,uid,"groups"',
    ),
  serviceRange: (range: string) =>
    new Option('--service-cluster-ip-range <cidr>', 'addresses of services').argParser(parseCidr).default(range),
  clusterCidr: () =>
    new Option('--cluster-cidr <cidr>', 'addresses of pods').argParser(parseCidr).default('10.244.0.0/16'),
  allowPrivileged: () =>
    new Option('--allow-privileged [bool]', 'whether containers may be privileged')
      .argParser(parseBool)
      .preset('true')
      .default(true),
  kubeconfig: () =>
    new Option('--kubeconfig <file>', 'the cluster to work for, and who we are there').makeOptionMandatory(),
  kubeletPort: (flag = '--kubelet-port') =>
    new Option(`${flag} <port>`, "port of the node agent's own server: logs, exec, metrics")
      .argParser(parsePort)
      .default(10_250),
  serveEtcd: () =>
    new Option(
      '--serve-etcd <address>',
      "serve etcd's own API over the store: unix:/path, or ip:port with the certificates of pki/etcd-*",
    ),
  runtimeConfig: () =>
    new Option(
      '--runtime-config <pairs>',
      'versions to serve or not: api/beta=true, group/version=true, group/version/resource=false, …',
    ),
  profiling: () =>
    new Option('--profiling [bool]', 'whether /debug/pprof/ tells where the process spends its time')
      .argParser(parseBool)
      .preset('true')
      .default(true),
  logLevel: () =>
    new Option('--log-level <level>', 'what to tell on stderr')
      .choices(['error', 'warn', 'info', 'debug'])
      .default('warn'),
} as const;

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/** The spellings that Go's flags take. */
export function boolOf(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined;
}

export function parseBool(text: string): boolean {
  const value = boolOf(text);
  if (value === undefined) throw new InvalidArgumentError('Say true or false.');
  return value;
}

export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number from 0 on.');
  return Number(text);
}

/** A duration as Go writes them, in milliseconds. */
export function parsePeriod(text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms >= 0) return ms;
  } catch (err) {
    throw new InvalidArgumentError(`${(err as Error).message}.`);
  }
  throw new InvalidArgumentError('A duration from 0 on, such as 1m30s.');
}

export const parseList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

/** For a flag that may be given several times. */
export const gather = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...parseList(text),
];

export function parseCidr(text: string): string {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  if (!family || rest.length || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    throw new InvalidArgumentError('An address range looks like 10.96.0.0/12.');
  return text;
}

export function parseAddress(text: string): string {
  if (!isIP(text)) throw new InvalidArgumentError('An IP address of this machine, or 0.0.0.0 for all.');
  return text;
}

/** `first-last`, `first+more` or a port alone; nothing for what is usual. Refuses what upstream does, in its words. */
export function parsePortRange(given: string): { lowest: number; highest: number } | undefined {
  const text = given.trim();
  if (!text) return undefined;
  const [hyphen, plus] = [text.indexOf('-'), text.indexOf('+')];
  if (hyphen !== -1 && plus !== -1) throw new InvalidArgumentError(`unable to parse port range: ${text}`);
  const at = Math.max(hyphen, plus);
  const lowest = wholeNumber(at === -1 ? text : text.slice(0, at));
  const other = at === -1 ? lowest : wholeNumber(text.slice(at + 1));
  const highest = plus === -1 ? other : lowest + other;
  if (lowest > 65_535 || highest > 65_535)
    throw new InvalidArgumentError(`the port range cannot be greater than 65535: ${text}`);
  if (highest < lowest) throw new InvalidArgumentError(`end port cannot be less than start port: ${text}`);
  return { lowest, highest };
}

function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new InvalidArgumentError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
