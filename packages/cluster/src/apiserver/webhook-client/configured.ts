import type { WebhookClientConfig } from '@tiphys/sdk/api';
import { escapedPath, hostnameOf, parseGoUrl, portOf } from '@tiphys/sdk/machinery';
import type { Reached, ServiceRoute } from '../services/index.ts';
import type { WebhookAnswer, WebhookConnections } from './connections.ts';
import { reasonOf, refusalOf, WebhookFailure } from './failure.ts';

/** What it takes to reach webhooks that objects of the cluster name. */
export interface WebhookReach {
  readonly route: ServiceRoute;
  readonly connections: WebhookConnections;
}

export interface KeyPair {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Who the server is to a webhook. */
export interface ShownUser {
  /** Asked before every call, as the headers are. */
  readonly keyPair: (() => Promise<KeyPair>) | undefined;
  headers(): Promise<Readonly<Record<string, string | readonly string[]>>>;
}

interface Call {
  readonly config: WebhookClientConfig;
  /** Nobody unless given. */
  readonly user?: ShownUser | undefined;
  readonly body: Buffer;
  readonly timeoutSeconds: number;
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** What is said then. */
  readonly late: string;
}

interface Target {
  /** As it stands in messages and in the request. */
  readonly authority: string;
  readonly path: string;
  readonly servername: string;
  readonly dial: () => Reached;
}

/** Sends something to the webhook of a client configuration. Throws a `WebhookFailure` unless it is taken well. */
export async function askConfigured(
  { config, user, body, timeoutSeconds, signal, late }: Call,
  { route, connections }: WebhookReach,
): Promise<WebhookAnswer> {
  const target = targetOf(config, route);
  const path = `${target.path || '/'}?timeout=${timeoutSeconds}s`;
  const post = async () => {
    const to = {
      ...target.dial(),
      servername: target.servername,
      ca: pemOf(config),
      ...(await user?.keyPair?.()),
    };
    const headers = { 'user-agent': 'kube-apiserver-admission', ...(await user?.headers()) };
    return connections.post(to, { path, authority: target.authority, body, signal, headers });
  };
  const answer = await post().catch((cause: unknown) => {
    const isTimeout = signal.aborted;
    const why = isTimeout ? late : reasonOf(cause as Error);
    throw new WebhookFailure(`Post "https://${target.authority}${path}": ${why}`, { isTimeout }, { cause });
  });
  const { status } = answer;
  if (status < 200 || status > 299) throw new WebhookFailure(refusalOf(answer), { status });
  return answer;
}

/** The webhook of a client configuration, as users are named after it. */
export function hostPortOf({ url, service: of }: WebhookClientConfig): string {
  if (url === undefined) return `${of?.name}.${of?.namespace}.svc:${of?.port ?? 443}`;
  const { host } = parseGoUrl(url);
  if (portOf(parseGoUrl(url))) return host;
  // Upstream puts brackets around those that an address of IPv6 has already.
  return host.includes(':') ? `[${host}]:443` : `${host}:443`;
}

const pemOf = ({ caBundle }: WebhookClientConfig) => (caBundle ? Buffer.from(caBundle, 'base64') : undefined);

function targetOf({ url, service: of }: WebhookClientConfig, route: ServiceRoute): Target {
  if (url !== undefined) {
    const parsed = parseGoUrl(url);
    const host = hostnameOf(parsed);
    const dial = { host, port: Number(portOf(parsed) || 443) };
    return { authority: parsed.host, path: escapedPath(parsed), servername: host, dial: () => dial };
  }
  const { namespace = '', name = '', path = '', port = 443 } = of ?? {};
  const servername = `${name}.${namespace}.svc`;
  return {
    authority: `${servername}:${port}`,
    path: path && !path.startsWith('/') ? `/${path}` : path,
    servername,
    dial: () => route({ namespace, name, port }),
  };
}
