import { createPrivateKey } from 'node:crypto';
import { type Clock, type Logger, messageOf } from '@tiphys/sdk/runtime';
import { certificatesIn, followFile, type FrontProxy, standardUserHeaders } from '../apiserver/index.ts';
import { frontProxyName, type KeyPair, type Pki } from '../pki/index.ts';
import type { AggregationOptions } from './aggregation-flags.ts';
import type { ApiServerOptions } from './apiserver-options.ts';
import { Failure } from './failure.ts';
import { pemIn } from './store.ts';

/** Who vouches for clients: the cluster itself, and who else is given. PEM. */
export const clientCaOf = ({ clientCaFile }: ApiServerOptions, pki: Pki): string =>
  [pki.ca.cert, ...(clientCaFile ? [pemIn(clientCaFile)] : [])].join('\n');

/** Whose word on who asks is taken: theirs who are given, or that of API servers of this data directory. */
export function frontProxyOf(options: ApiServerOptions, pki: Pki): FrontProxy {
  const { requestHeader: given } = options.aggregation ?? {};
  if (!given) return { ca: pki.frontProxyCa.cert, allowedNames: [frontProxyName], headers: standardUserHeaders };
  const { clientCaFile, allowedNames, ...headers } = given;
  const ca = pemIn(clientCaFile);
  const known = certificatesIn(ca);
  if (!known.length) throw new Failure(`--requestheader-client-ca-file ${clientCaFile} has no certificates`);
  const overlaps = certificatesIn(clientCaOf(options, pki)).some((c) => known.some((k) => k.raw.equals(c.raw)));
  if (overlaps && !allowedNames.length)
    throw new Failure(
      '--requestheader-client-ca-file and --client-ca-file contain overlapping certificates; --requestheader-allowed-names must be specified to ensure regular client certificates cannot set authenticating proxy headers for arbitrary users',
    );
  return { ca, allowedNames, headers };
}

export interface ProxyClient {
  /** What is shown now. */
  readonly current: () => KeyPair;
  /** Follows its files until the signal aborts. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

const everyMs = 60_000;

/** What extension servers are shown: from files, read again when they change, or of the data directory. */
export function proxyClientOf(
  { proxyClient: files }: AggregationOptions,
  { pki, clock, log }: { pki: Pki; clock: Clock; log: Logger },
): ProxyClient {
  if (!files) return { current: () => pki.frontProxyClient, follow: () => Promise.resolve() };
  let pair = pairIn(files);
  const onProblem = (error: string) => log.warn("the proxy's certificate can't be read again", { error });
  const look = (): void => {
    try {
      const next = pairIn(files);
      if (next.cert !== pair.cert || next.key !== pair.key) pair = next;
    } catch (err) {
      // Half of it may be written; the other half is on its way.
      onProblem(messageOf(err));
    }
  };
  return {
    current: () => pair,
    follow: (signal) => followFile({ path: files.certFile, clock, intervalMs: everyMs, look, onProblem }, signal),
  };
}

function pairIn({ certFile, keyFile }: NonNullable<AggregationOptions['proxyClient']>): KeyPair {
  const pair = { cert: pemIn(certFile), key: pemIn(keyFile) };
  const problem = problemOf(pair);
  if (problem !== undefined) throw new Failure(`--proxy-client-cert-file ${certFile}: ${problem}`);
  return pair;
}

function problemOf({ cert, key }: KeyPair): string | undefined {
  try {
    const [first] = certificatesIn(cert);
    if (!first) return 'there is no certificate in it';
    return first.checkPrivateKey(createPrivateKey(key)) ? undefined : 'the key is not that of the certificate';
  } catch (err) {
    return messageOf(err);
  }
}
