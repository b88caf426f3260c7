import { stat } from 'node:fs/promises';
import { type Credentials, loadKubeconfig } from '@tiphys/sdk/client';
import { escapedPath, goDuration, hostnameOf, parseGoUrl, portOf } from '@tiphys/sdk/machinery';
import { abortError, type Clock, within } from '@tiphys/sdk/runtime';
import type { ConfigKind } from '../config-file/index.ts';
import { answeredObject } from './answer.ts';
import type { WebhookAddress, WebhookAnswer, WebhookConnections, WebhookPost } from './connections.ts';
import { mayPass, reasonOf, refusalOf, WebhookFailure } from './failure.ts';

export interface WebhookClientDeps {
  readonly clock: Clock;
  readonly connections: WebhookConnections;
  /** For the whole of one attempt; upstream's half minute unless given. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 30_000;

/** Asks a webhook that a kubeconfig file names: its cluster is the webhook, its user who we are there. */
export class WebhookClient {
  readonly #deps: WebhookClientDeps;
  readonly #credentials: Credentials;
  readonly #to: WebhookAddress;
  readonly #post: Pick<WebhookPost, 'path' | 'authority'>;
  readonly #timeoutMs: number;
  readonly #url: string;

  constructor(credentials: Credentials, deps: WebhookClientDeps) {
    const { ca, cert, key, insecureSkipTlsVerify, tlsServerName } = credentials;
    // A server without a scheme is one of TLS when there is anything to do with it.
    const text = credentials.server.includes('://')
      ? credentials.server
      : `http${ca ? 's' : ''}://${credentials.server}`;
    const url = parseGoUrl(text);
    const isPlain = url.scheme === 'http';
    const host = hostnameOf(url);
    this.#credentials = credentials;
    this.#deps = deps;
    this.#timeoutMs = deps.timeoutMs ?? defaultTimeoutMs;
    this.#to = {
      host,
      port: Number(portOf(url) || (isPlain ? 80 : 443)),
      servername: tlsServerName ?? host,
      ca: ca === undefined ? undefined : Buffer.from(ca),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(insecureSkipTlsVerify && { insecure: true }),
      ...(isPlain && { plain: true }),
    };
    const path = `${escapedPath(url).replace(/\/+$/, '') || '/'}?timeout=${goDuration(this.#timeoutMs)}`;
    this.#post = { path, authority: url.host };
    this.#url = `${url.scheme}://${url.host}${path}`;
  }

  static async load(kubeconfig: string, deps: WebhookClientDeps): Promise<WebhookClient> {
    await stat(kubeconfig).catch((err: NodeJS.ErrnoException) => {
      const why = err.code === 'ENOENT' ? 'no such file or directory' : err.message;
      throw new Error(`stat ${kubeconfig}: ${why}`, { cause: err });
    });
    return new WebhookClient(await loadKubeconfig(kubeconfig, deps.clock), deps);
  }

  /** What the webhook says to an object. Throws a `WebhookFailure` where it says nothing that could be read. */
  async ask(object: unknown, signal?: AbortSignal): Promise<unknown> {
    return read(await this.tell(JSON.stringify(object), signal), ({ text }) => JSON.parse(text) as unknown);
  }

  /** The object of a kind that the webhook answers with. */
  async askFor<O extends object>(object: unknown, kind: ConfigKind<O>, signal?: AbortSignal): Promise<O> {
    return read(await this.tell(JSON.stringify(object), signal), (answer) => answeredObject(answer, kind));
  }

  /** Sends JSON; throws a `WebhookFailure` unless the webhook takes it, whatever it says to that. */
  async tell(json: string, signal?: AbortSignal): Promise<WebhookAnswer> {
    const answer = await this.#answer(Buffer.from(json), signal);
    const { status } = answer;
    if (status >= 200 && status <= 299) return answer;
    throw new WebhookFailure(refusalOf(answer), { status, mayPass: mayPass(answer), isTimeout: status === 504 });
  }

  async #answer(body: Buffer, signal?: AbortSignal): Promise<WebhookAnswer> {
    const { connections, clock } = this.#deps;
    const headers = await this.#headers();
    const post = (s: AbortSignal) =>
      connections.post(this.#to, { ...this.#post, body, headers, signal: s }).catch((err: unknown) => {
        // An answer that was cut off in its middle says no more than that.
        throw s.aborted ? abortError(s) : err;
      });
    try {
      return await within(clock, this.#timeoutMs, post, signal);
    } catch (err) {
      const cause = err as Error & { code?: string };
      const isTimeout = cause.name === 'TimeoutError';
      const why = signal?.aborted
        ? 'context canceled'
        : isTimeout
          ? 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'
          : reasonOf(cause);
      // A connection that is merely closed says that nobody will answer.
      const wasReset = cause.code === 'ECONNRESET' && cause.message !== 'socket hang up';
      throw new WebhookFailure(`Post "${this.#url}": ${why}`, { isTimeout, mayPass: wasReset }, { cause });
    }
  }

  async #headers(): Promise<Record<string, string>> {
    // Who we are is said to nobody who can't prove who they are.
    if (this.#to.plain) return {};
    const { token, username, password = '' } = this.#credentials;
    const bearer = await token?.();
    if (bearer) return { authorization: `Bearer ${bearer}` };
    if (username === undefined) return {};
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
}

function read<T>(answer: WebhookAnswer, how: (answer: WebhookAnswer) => T): T {
  try {
    return how(answer);
  } catch (cause) {
    throw new WebhookFailure((cause as Error).message, { status: answer.status }, { cause });
  }
}
