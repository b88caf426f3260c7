import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** What a client's certificate was verified by. */
export interface Verified {
  /** By an authority of clients: DER. */
  readonly clientCertificate: Uint8Array | undefined;
  /** Why it wasn't. */
  readonly certificateProblem: string | undefined;
  /** By an authority of proxies in front of the server: DER. */
  readonly frontProxyCertificate: Uint8Array | undefined;
}

const unknownAuthority = 'x509: certificate signed by unknown authority';
const none: Verified = {
  clientCertificate: undefined,
  certificateProblem: undefined,
  frontProxyCertificate: undefined,
};

/** Who vouches for clients, and who for proxies that vouch for theirs: TLS knows them all alike, and none may do as the other. */
export class ClientAuthorities {
  readonly #clients: readonly X509Certificate[];
  readonly #frontProxies: readonly X509Certificate[];

  constructor(pem: { readonly clients: string; readonly frontProxies: string }) {
    this.#clients = certificatesIn(pem.clients);
    this.#frontProxies = certificatesIn(pem.frontProxies);
  }

  /** What a connection's client showed, and who vouches for it. */
  verified(socket: TLSSocket): Verified {
    const { authorized, authorizationError: problem } = socket;
    // Who shows none has a problem, too.
    if (!authorized && !problem) return none;
    // A socket that has been closed meanwhile shows nothing at all.
    const shown = socket.getPeerCertificate(true) as DetailedPeerCertificate | null;
    if (!shown?.raw) return none;
    const { raw } = shown;
    if (!authorized) return { ...none, certificateProblem: String(problem) };
    if (!this.#frontProxies.length) return { ...none, clientCertificate: raw };
    const chain = chainOf(shown);
    const isClient = isOf(chain, this.#clients);
    return {
      clientCertificate: isClient ? raw : undefined,
      certificateProblem: isClient ? undefined : unknownAuthority,
      frontProxyCertificate: isOf(chain, this.#frontProxies) ? raw : undefined,
    };
  }
}

/** The certificates of a bundle. */
export const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );

/** From the client's own on, as far as it is known who signed whom. */
function chainOf(shown: DetailedPeerCertificate): X509Certificate[] {
  const out: X509Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  for (let at: DetailedPeerCertificate | undefined = shown; at?.raw && !seen.has(at); at = at.issuerCertificate) {
    seen.add(at);
    out.push(new X509Certificate(at.raw));
  }
  return out;
}

/** Whether one of the authorities stands in the chain, or signed what is in it. That the chain itself is good, TLS has seen to. */
const isOf = (chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean =>
  authorities.some((authority) =>
    chain.some(
      (one) => one.raw.equals(authority.raw) || (one.checkIssued(authority) && one.verify(authority.publicKey)),
    ),
  );
