import { InvalidArgumentError, Option } from 'commander';
import { Failure } from './failure.ts';
import { parseBool } from './flags.ts';

/** How the API server works with others that serve parts of the API, and with proxies in front of it. */
export interface AggregationOptions {
  /** Whether services are reached at those behind them, for want of a proxy. */
  readonly routeToEndpoints?: boolean;
  /** Whether an answer that sends a client elsewhere is kept from it, which it is unless told. */
  readonly rejectRedirects?: boolean;
  /** What it shows extension servers, instead of a certificate of the data directory. */
  readonly proxyClient?: { readonly certFile: string; readonly keyFile: string };
  /** Whose word on who asks is taken, instead of that of the data directory's own front proxy. */
  readonly requestHeader?: {
    readonly clientCaFile: string;
    readonly allowedNames: readonly string[];
    readonly username: readonly string[];
    readonly uid: readonly string[];
    readonly group: readonly string[];
    readonly extraPrefix: readonly string[];
  };
}

const bool = (flag: string, description: string, value: boolean) =>
  new Option(`${flag} [bool]`, description).argParser(parseBool).preset('true').default(value);

/** Names of headers; none may be empty. */
const names = (flag: string, description: string) =>
  new Option(`--${flag} <names>`, description)
    .argParser((text: string, before: readonly string[] | undefined) => {
      const given = text.split(',').map((name) => name.trim());
      if (given.some((name) => !name)) throw new InvalidArgumentError(`empty value in ${JSON.stringify(flag)}`);
      return [...(before ?? []), ...given];
    })
    .default(undefined, 'none');

/** Under upstream's names. */
export const aggregationFlags = (): Option[] => [
  bool(
    '--enable-aggregator-routing',
    'whether webhooks and extension servers are reached at the endpoints of their service rather than at its address',
    false,
  ),
  bool(
    '--aggregator-reject-forwarding-redirect',
    'whether answers of extension servers that send the client elsewhere are kept from it',
    true,
  ),
  new Option('--proxy-client-cert-file <file>', 'certificate to show extension servers, instead of one of our own'),
  new Option('--proxy-client-key-file <file>', 'its key'),
  new Option(
    '--requestheader-client-ca-file <file>',
    'authority of proxies in front, whose word on who asks is taken; without it our own, of which extension servers know',
  ),
  names('requestheader-allowed-names', 'common names of their certificates; any, without it'),
  names('requestheader-username-headers', 'headers that may tell the user: X-Remote-User'),
  names('requestheader-uid-headers', 'headers that may tell its UID: X-Remote-Uid'),
  names('requestheader-group-headers', 'headers that tell its groups: X-Remote-Group'),
  names('requestheader-extra-headers-prefix', 'what headers begin with that tell more of it: X-Remote-Extra-'),
];

/** As commander names what it has read. */
interface Given {
  readonly enableAggregatorRouting?: boolean;
  readonly aggregatorRejectForwardingRedirect?: boolean;
  readonly proxyClientCertFile?: string;
  readonly proxyClientKeyFile?: string;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: readonly string[];
  readonly requestheaderUsernameHeaders?: readonly string[];
  readonly requestheaderUidHeaders?: readonly string[];
  readonly requestheaderGroupHeaders?: readonly string[];
  readonly requestheaderExtraHeadersPrefix?: readonly string[];
}

/** What the flags say. */
export function aggregationOptionsOf(flags: object): AggregationOptions {
  const given: Given = flags;
  const { proxyClientCertFile: certFile, proxyClientKeyFile: keyFile, requestheaderClientCaFile: clientCaFile } = given;
  if (!certFile !== !keyFile)
    throw new Failure('--proxy-client-cert-file and --proxy-client-key-file go together: give both, or none');
  const uid = given.requestheaderUidHeaders ?? [];
  if (uid.length && !uid.some((name) => name.toLowerCase() === 'x-remote-uid'))
    throw new Failure(
      '--requestheader-uid-headers is set without specifying the standard X-Remote-Uid header - API aggregation will not work',
    );
  return {
    routeToEndpoints: given.enableAggregatorRouting ?? false,
    rejectRedirects: given.aggregatorRejectForwardingRedirect ?? true,
    ...(certFile && keyFile && { proxyClient: { certFile, keyFile } }),
    ...(clientCaFile && {
      requestHeader: {
        clientCaFile,
        allowedNames: given.requestheaderAllowedNames ?? [],
        username: given.requestheaderUsernameHeaders ?? [],
        uid,
        group: given.requestheaderGroupHeaders ?? [],
        extraPrefix: given.requestheaderExtraHeadersPrefix ?? [],
      },
    }),
  };
}

/** Headers without which other API servers don't make themselves understood. */
const standard = [
  ['requestheaderUsernameHeaders', 'requestheader-username-headers', 'X-Remote-User', 'header'],
  ['requestheaderGroupHeaders', 'requestheader-group-headers', 'X-Remote-Group', 'header'],
  ['requestheaderExtraHeadersPrefix', 'requestheader-extra-headers-prefix', 'X-Remote-Extra-', 'header prefix'],
] as const;

/** What somebody may not have meant. */
export function aggregationNotes(flags: object): string[] {
  const given: Given = flags;
  return standard.flatMap(([name, flag, wanted, what]) => {
    const values = given[name] ?? [];
    if (!values.length || values.some((v) => v.toLowerCase() === wanted.toLowerCase())) return [];
    return [`--${flag} is set without specifying the standard ${wanted} ${what} - API aggregation will not work`];
  });
}
