import type { WebhookClientConfig } from '@tiphys/sdk/api';
import { escapedPath, hostnameOf, parseGoUrl, portOf } from '@tiphys/sdk/machinery';
import type { Reached, ServiceRoute } from '../../services/index.ts';
import { reasonOf, refusalOf, type WebhookConnections } from '../../webhook-client/index.ts';
import type { Review } from './review.ts';

interface Target {
  /** As it stands in messages and in the request. */
  readonly authority: string;
  readonly path: string;
  readonly servername: string;
  readonly dial: () => Reached;
}

interface Call {
  readonly config: WebhookClientConfig;
  readonly review: Review;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Sends a review to a webhook, and gives what comes back. Throws an `Error` in upstream's words when nothing does. */
export async function callWebhook(
  { config, review, timeoutSeconds, signal }: Call,
  { route, connections }: { route: ServiceRoute; connections: WebhookConnections },
): Promise<unknown> {
  const target = targetOf(config, route);
  const path = `${target.path || '/'}?timeout=${timeoutSeconds}s`;
  const post = async () => {
    const to = { ...target.dial(), servername: target.servername, ca: pemOf(config) };
    const body = Buffer.from(JSON.stringify(review));
    return connections.post(to, { path, authority: target.authority, body, signal });
  };
  const { status, text } = await post().catch((err: unknown) => {
    const why = signal.aborted ? 'context deadline exceeded' : reasonOf(err as Error);
    throw new Error(`failed to call webhook: Post "https://${target.authority}${path}": ${why}`, { cause: err });
  });
  if (status < 200 || status > 299) throw new Error(`failed to call webhook: ${refusalOf(status, text)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch (err) {
    throw new Error(`failed to call webhook: ${(err as Error).message}`, { cause: err });
  }
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
