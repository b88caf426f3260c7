import { createSecureContext } from 'node:tls';
import { type Clock, type Logger, messageOf, type TaskGroup } from '@tiphys/sdk/runtime';
import {
  certificatesIn,
  followFile,
  type Listening,
  type NamedCertificate,
  type ServingCredentials,
} from '../apiserver/index.ts';
import type { Pki } from '../pki/index.ts';
import type { ApiServerOptions } from './apiserver-options.ts';
import { clientCaOf } from './front-proxy.ts';
import type { SniFiles } from './serving-flags.ts';
import { pemIn } from './store.ts';

type CertificateOptions = Pick<ApiServerOptions, 'tls' | 'serving' | 'clientCaFile'>;

/** What the server shows and whom it trusts with clients, as the files say now. */
export function servingCredentials(
  options: ApiServerOptions,
  { pki, frontProxyCa }: { pki: Pki; frontProxyCa: string },
): ServingCredentials {
  const { tls, serving } = options;
  return {
    ...(tls ? { cert: pemIn(tls.certFile), key: pemIn(tls.keyFile) } : pki.apiserver),
    ...(serving?.named && { named: serving.named.map(namedIn) }),
    clientCa: clientCaOf(options, pki),
    frontProxyCa,
  };
}

/** Without names the certificate's own are meant. */
function namedIn({ certFile, keyFile, names }: SniFiles): NamedCertificate {
  const cert = pemIn(certFile);
  return { cert, key: pemIn(keyFile), names: names.length ? names : namesIn(cert) };
}

function namesIn(pem: string): string[] {
  const [first] = certificatesIn(pem);
  const common = /^CN=(.+)$/m.exec(first?.subject ?? '')?.[1];
  const others = [...(first?.subjectAltName ?? '').matchAll(/DNS:([^,]+)/g)].map(([, name]) => name!.trim());
  return [...new Set([...(common ? [common] : []), ...others])];
}

const everyMs = 60_000;

/** Reads the files again when they change, for the connections that come then. What can't be used is told, and changes nothing. */
export function followCertificates(
  options: CertificateOptions,
  { listening, read, clock, log }: { listening: Listening; read: () => ServingCredentials; clock: Clock; log: Logger },
  tasks: TaskGroup,
): void {
  const { tls, serving, clientCaFile } = options;
  const pairs = [...(tls ? [tls] : []), ...(serving?.named ?? [])];
  const files = [
    ...pairs.flatMap(({ certFile, keyFile }) => [certFile, keyFile]),
    ...(clientCaFile ? [clientCaFile] : []),
  ];
  let shown = JSON.stringify(read());
  const onProblem = (error: string) => log.warn("the server's certificates can't be read again", { error });
  const look = (): void => {
    try {
      const next = read();
      const text = JSON.stringify(next);
      if (text === shown) return;
      // A key that isn't its certificate's would end the next connection, and all after it: half of the change is still to come.
      for (const pair of [next, ...(next.named ?? [])]) createSecureContext({ key: pair.key, cert: pair.cert });
      listening.renew(next);
      shown = text;
    } catch (err) {
      onProblem(messageOf(err));
    }
  };
  for (const path of new Set(files))
    tasks.go((signal) => followFile({ path, clock, intervalMs: everyMs, look, onProblem }, signal));
}
