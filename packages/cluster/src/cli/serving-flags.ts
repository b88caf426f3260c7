import type { SecureVersion } from 'node:tls';
import { InvalidArgumentError, Option } from 'commander';
import { gather, parseAddress, parseCount, parseList, parsePort } from './flags.ts';

/** How the API server is reached. */
export interface ServingFlags {
  securePort: number;
  bindAddress: string;
  advertiseAddress?: string;
  externalHostname?: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  tlsSniCertKey?: readonly SniFiles[];
  tlsMinVersion?: SecureVersion;
  tlsCipherSuites?: readonly string[];
  http2MaxStreamsPerConnection: number;
  goawayChance: number;
  corsAllowedOrigins?: readonly string[];
  strictTransportSecurityDirectives?: readonly string[];
}

/** A certificate for some names; for those that stand in it where none is said. */
export interface SniFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly names: readonly string[];
}

export interface ServingOptions {
  readonly named?: readonly SniFiles[];
  readonly minVersion?: SecureVersion;
  readonly ciphers?: string;
  readonly goawayChance?: number;
  readonly corsOrigins?: readonly string[];
  readonly strictTransport?: readonly string[];
}

const file = (flag: string, description: string) => new Option(`${flag} <file>`, description);

export const servingFlags = (): Option[] => [
  new Option('--secure-port <port>', 'port of HTTPS').argParser(parsePort).default(6443),
  new Option('--bind-address <ip>', 'address to listen on').argParser(parseAddress).default('0.0.0.0'),
  new Option('--advertise-address <ip>', 'address that pods and nodes reach it under').argParser(parseAddress),
  new Option('--external-hostname <name>', 'host in addresses for those outside, such as that of the published keys'),
  file('--tls-cert-file', 'certificate to show instead of one of the data directory, with what signed it'),
  file('--tls-private-key-file', 'its key'),
  new Option('--tls-sni-cert-key <cert,key:names>', 'certificate to show to who asks for a server of another name')
    .argParser(parseSni)
    .default(undefined, '[]'),
  new Option('--tls-min-version <version>', `oldest version of TLS: ${Object.keys(versions).join(', ')}`).argParser(
    parseVersion,
  ),
  new Option('--tls-cipher-suites <names>', 'suites of TLS up to 1.2, by their registered names').argParser(
    parseSuites,
  ),
  new Option(
    '--http2-max-streams-per-connection <number>',
    'streams at once on one connection; 0 for as many as is wise',
  )
    .argParser(parseCount)
    .default(0),
  new Option('--goaway-chance <fraction>', 'of requests, after how many a client is sent to look for another server')
    .argParser(parseChance)
    .default(0),
  new Option('--cors-allowed-origins <expressions>', 'pages of which origins may ask').argParser(parseOrigins),
  new Option(
    '--strict-transport-security-directives <directives>',
    'what browsers are told of coming by TLS',
  ).argParser(parseDirectives),
];

export const servingOptionsOf = (given: ServingFlags): ServingOptions => ({
  ...(given.tlsSniCertKey && { named: given.tlsSniCertKey }),
  ...(given.tlsMinVersion && { minVersion: given.tlsMinVersion }),
  ...(given.tlsCipherSuites?.length && { ciphers: ciphersOf(given.tlsCipherSuites) }),
  ...(given.goawayChance && { goawayChance: given.goawayChance }),
  ...(given.corsAllowedOrigins?.length && { corsOrigins: given.corsAllowedOrigins }),
  ...(given.strictTransportSecurityDirectives?.length && { strictTransport: given.strictTransportSecurityDirectives }),
});

const versions: Readonly<Record<string, SecureVersion>> = {
  VersionTLS10: 'TLSv1',
  VersionTLS11: 'TLSv1.1',
  VersionTLS12: 'TLSv1.2',
  VersionTLS13: 'TLSv1.3',
};

function parseVersion(text: string): SecureVersion {
  const version = versions[text];
  if (!version) throw new InvalidArgumentError(`unknown tls version ${JSON.stringify(text)}`);
  return version;
}

/** Those of TLS 1.3 are there whatever is asked for. */
const always = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];

/** Suites of older versions as OpenSSL calls them. */
const suites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 'ECDHE-ECDSA-AES128-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: 'ECDHE-ECDSA-RC4-SHA',
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: 'ECDHE-RSA-DES-CBC3-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 'ECDHE-RSA-AES128-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: 'ECDHE-RSA-RC4-SHA',
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: 'DES-CBC3-SHA',
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_128_CBC_SHA256: 'AES128-SHA256',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  TLS_RSA_WITH_RC4_128_SHA: 'RC4-SHA',
};

function parseSuites(text: string): readonly string[] {
  const names = parseList(text);
  const unknown = names.find((name) => !always.includes(name) && !Object.hasOwn(suites, name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Cipher suite ${unknown} not supported or doesn't exist`);
  return names;
}

const ciphersOf = (names: readonly string[]): string =>
  [...always, ...names.flatMap((name) => suites[name] ?? [])].join(':');

function parseSni(text: string, before: readonly SniFiles[] | undefined): readonly SniFiles[] {
  const [files = '', ...domains] = text.split(':');
  const [certFile, keyFile, ...more] = files.split(',').map((name) => name.trim());
  if (!certFile || !keyFile || more.length || domains.length > 1)
    throw new InvalidArgumentError('expected comma separated certificate and key file paths');
  const names = domains.length ? parseList(domains[0]!) : [];
  return [...(before ?? []), { certFile, keyFile, names }];
}

function parseChance(text: string): number {
  const chance = Number(text);
  if (text.trim() === '' || Number.isNaN(chance))
    throw new InvalidArgumentError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (chance < 0 || chance > 0.02)
    throw new InvalidArgumentError('--goaway-chance can not be less than 0 or greater than 0.02');
  return chance;
}

/** An expression that doesn't say where a host begins and ends lets in others than are meant. */
function parseOrigins(text: string, before: readonly string[] | undefined): readonly string[] {
  const all = gather(text, before);
  for (const one of all) {
    const wrong = (why: string) =>
      new InvalidArgumentError(`--cors-allowed-origins has an invalid regular expression: ${why}`);
    try {
      new RegExp(one);
    } catch (err) {
      throw wrong((err as Error).message);
    }
    if (!/\^|\/\//.test(one) || !/\$|:/.test(one))
      throw wrong('regular expression does not pin to start/end of host in the origin header');
  }
  return all;
}

function parseDirectives(text: string, before: readonly string[] | undefined): readonly string[] {
  const all = gather(text, before);
  if (!all.every((d) => /^(max-age=[+-]?\d+|includeSubDomains|preload)$/.test(d)))
    throw new InvalidArgumentError(
      '--strict-transport-security-directives invalid, allowed values: max-age=expireTime, includeSubDomains, preload. see https://tools.ietf.org/html/rfc6797#section-6.1 for more information',
    );
  return all;
}
