import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import { issue, type KeyPair, newKey, pemOfKey } from './certificate.ts';

const day = 86_400_000;
const caDays = 3650;
const leafDays = 365;
/** Certificates are renewed at start when they end within this time. */
const renewWithinDays = 30;

/** Whose word on who asks is taken. */
export const frontProxyName = 'front-proxy-client';

export interface PkiOptions {
  /** Further names and addresses that clients reach the API server under. */
  readonly serverNames: readonly string[];
}

interface Kept {
  /** That a server's certificate must have. */
  readonly names?: readonly string[];
  readonly ca?: KeyPair;
}

/** The cluster's own authority, and the keys that its parts need. Kept in a directory, private keys readable by the owner only. */
export class Pki {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly ca: KeyPair;
  /** Signs the API server's word to extension servers (`requestheader`). */
  readonly frontProxyCa: KeyPair;
  /** With this the API server shows itself to extension servers, who believe it who asks. */
  readonly frontProxyClient: KeyPair;
  readonly apiserver: KeyPair;
  /** With this the API server shows itself to kubelets. */
  readonly apiserverKubeletClient: KeyPair;
  /** Private key, PEM, that service-account tokens are signed with. */
  readonly serviceAccountKey: string;

  constructor(dir: string, deps: { clock: Clock; random: Random }, { serverNames }: PkiOptions) {
    this.#dir = dir;
    this.#clock = deps.clock;
    this.#random = deps.random;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.ca = this.#kept('ca', () => this.#authority('kubernetes'));
    const frontProxyCa = this.#kept('front-proxy-ca', () => this.#authority('front-proxy-ca'));
    this.frontProxyCa = frontProxyCa;
    this.frontProxyClient = this.#kept(
      'front-proxy-client',
      () =>
        issue({ commonName: frontProxyName, usage: 'client', ...this.#valid(leafDays) }, this.#random, frontProxyCa),
      { ca: frontProxyCa },
    );
    this.apiserver = this.#kept('apiserver', () => this.serverCertificate('kube-apiserver', serverNames), {
      names: serverNames,
    });
    this.apiserverKubeletClient = this.#kept('apiserver-kubelet-client', () =>
      this.clientCertificate('kube-apiserver-kubelet-client', ['system:masters']),
    );
    this.serviceAccountKey = this.#keptKey('sa');
  }

  /** A client's certificate: the common name is the user, the organizations its groups. */
  clientCertificate(commonName: string, organizations: readonly string[] = []): KeyPair {
    return issue({ commonName, organizations, usage: 'client', ...this.#valid(leafDays) }, this.#random, this.ca);
  }

  serverCertificate(commonName: string, names: readonly string[]): KeyPair {
    return issue({ commonName, usage: 'server', names, ...this.#valid(leafDays) }, this.#random, this.ca);
  }

  /** A certificate that is made once and read from then on, until it nears its end or lacks a name. */
  keptClient(file: string, commonName: string, organizations: readonly string[]): KeyPair {
    return this.#kept(file, () => this.clientCertificate(commonName, organizations));
  }

  keptServer(file: string, commonName: string, names: readonly string[]): KeyPair {
    return this.#kept(file, () => this.serverCertificate(commonName, names), { names });
  }

  /**
   * Who may reach the store: an authority of its own, since a certificate of the cluster's would let every node and user in.
   * Kept as `etcd-ca`, `etcd-server` and `etcd-client`.
   */
  etcd(names: readonly string[]): { ca: KeyPair; server: KeyPair; client: KeyPair } {
    const ca = this.#kept('etcd-ca', () => this.#authority('etcd-ca'));
    const leaf = (usage: 'server' | 'client', commonName: string) =>
      issue({ commonName, usage, names, ...this.#valid(leafDays) }, this.#random, ca);
    return {
      ca,
      server: this.#kept('etcd-server', () => leaf('server', 'etcd'), { names, ca }),
      client: this.#kept('etcd-client', () => leaf('client', 'root'), { ca }),
    };
  }

  #authority(commonName: string): KeyPair {
    return issue({ commonName, usage: 'ca', ...this.#valid(caDays) }, this.#random);
  }

  #valid(days: number): { notBefore: number; notAfter: number } {
    // Clocks of other machines may be a little behind.
    const now = this.#clock.now();
    return { notBefore: now - 3_600_000, notAfter: now + days * day };
  }

  #kept(name: string, make: () => KeyPair, { names = [], ca = this.ca }: Kept = {}): KeyPair {
    const [certFile, keyFile] = [join(this.#dir, `${name}.crt`), join(this.#dir, `${name}.key`)];
    if (existsSync(certFile) && existsSync(keyFile)) {
      const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
      if (this.#isGood(pair.cert, { names, ca })) return pair;
    }
    const pair = make();
    writeFileOnce(keyFile, pair.key, 0o600);
    writeFileOnce(certFile, pair.cert, 0o644);
    return pair;
  }

  #keptKey(name: string): string {
    const file = join(this.#dir, `${name}.key`);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    const key = pemOfKey(newKey());
    writeFileOnce(file, key, 0o600);
    return key;
  }

  #isGood(pem: string, { names, ca }: Required<Kept>): boolean {
    const cert = new X509Certificate(pem);
    // Made when the clock was ahead: nobody takes it yet. A CA stays what it is, since others know it.
    if (cert.issuer !== cert.subject && Date.parse(cert.validFrom) > this.#clock.now()) return false;
    if (Date.parse(cert.validTo) < this.#clock.now() + renewWithinDays * day) return false;
    if (ca && cert.issuer !== cert.subject && !cert.verify(new X509Certificate(ca.cert).publicKey)) return false;
    return names.every((n) => cert.checkHost(n) !== undefined || cert.checkIP(n) !== undefined);
  }
}

/** Whole or not at all: a half-written key would be worse than none. */
export function writeFileOnce(file: string, content: string, mode: number): void {
  const draft = `${file}.new`;
  writeFileSync(draft, content, { mode });
  chmodSync(draft, mode);
  renameSync(draft, file);
}
