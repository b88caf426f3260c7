import type { Pod } from '@tiphys/sdk/api';
import { badRequest, forbidden, StatusError } from '@tiphys/sdk/machinery';
import type { RequestContext, ServerResponse } from '../../context.ts';
import type { SubresourceHandler } from '../../handlers/dispatch.ts';
import { exchange, passedOn } from '../../nodes/exchange.ts';
import { addressOfNode } from '../../nodes/node-address.ts';
import { noSuchPath } from '../../handlers/dispatch.ts';
import { chosenContainer } from './container-choice.ts';
import { admitConnection, type ConnectDeps, podOf } from './deps.ts';
import { flag, ports } from './query.ts';

type Target = (pod: Pod, query: URLSearchParams) => { path: string; query: URLSearchParams };

/** `pods/NAME/exec`, `attach` and `portforward`: a connection that the pod's node agent takes over. */
export const sessions = (deps: ConnectDeps): SubresourceHandler[] => [
  session('exec', deps, (pod, query) => inContainer('exec', pod, query)),
  session('attach', deps, (pod, query) => inContainer('attach', pod, query)),
  session('portforward', deps, intoPod),
];

const session = (subresource: string, deps: ConnectDeps, target: Target): SubresourceHandler => ({
  of: { group: '', resource: 'pods' },
  subresource,
  verbs: ['get', 'create'],
  async handle(c, registry) {
    if (c.info.parts.length > 3) throw noSuchPath();
    // A WebSocket begins with GET, which `get` alone would allow: who talks to a container must be allowed `create` too.
    if (c.info.verb !== 'create') {
      await c.requireVerb?.('create', (reason) => forbidden({ group: '', resource: 'pods' }, c.info.name, reason));
    }
    // Ports that are none are found before the pod is.
    if (subresource === 'portforward') ports(c.query);
    const pod = await podOf(c, registry);
    await admitConnection(c, registry, deps);
    const { path, query } = target(pod, c.query);
    if (!pod.spec.nodeName) throw badRequest(`pod ${c.info.name} does not have a host assigned`);
    const node = await addressOfNode(deps.objects, pod.spec.nodeName, 'pods');
    if (!asksForUpgrade(c)) throw badRequest('Upgrade request required');
    const connection = await deps.nodes.connect(node, c.request.signal).catch((err: Error) => {
      throw new StatusError(500, '', `error dialing backend: ${err.message}`);
    });
    return passThrough(c, connection, `${path}?${query.toString()}`);
  },
});

export const asksForUpgrade = ({ request: { headers } }: RequestContext): boolean =>
  headers['upgrade'] !== undefined && /\bupgrade\b/i.test([headers['connection'] ?? ''].flat().join(','));

/** Sends the request on as it is, and joins the client with whoever answers. */
async function passThrough(
  c: RequestContext,
  connection: Parameters<typeof exchange>[0],
  path: string,
): Promise<ServerResponse> {
  const headers = { ...passedOn(c.request.headers, ['connection', 'upgrade']), host: 'node' };
  const answer = await exchange(connection, { method: c.request.method, path, headers });
  const { status, headers: answered, body, upgraded } = answer;
  if (upgraded) return { status, headers: answered, body: { type: 'upgrade', stream: upgraded } };
  return { status, headers: answered, body: { type: 'stream', chunks: body } };
}

function inContainer(verb: 'exec' | 'attach', pod: Pod, asked: URLSearchParams): ReturnType<Target> {
  const container = chosenContainer(pod, asked.get('container') ?? '');
  const query = new URLSearchParams();
  const names = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };
  for (const [name, own] of Object.entries(names)) if (flag(asked, name)) query.set(own, '1');
  if (verb === 'exec') for (const word of asked.getAll('command')) query.append('command', word);
  return { path: `/${verb}/${placeOf(pod)}/${container}`, query };
}

function intoPod(pod: Pod, asked: URLSearchParams): ReturnType<Target> {
  const wanted = ports(asked);
  return {
    path: `/portForward/${placeOf(pod)}`,
    query: new URLSearchParams(wanted.length ? { port: wanted.join(',') } : {}),
  };
}

export const placeOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
