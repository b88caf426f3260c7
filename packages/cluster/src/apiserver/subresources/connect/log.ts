import {
  badRequest,
  type FieldError,
  forbiddenAt,
  internalError,
  invalid,
  invalidObject,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { RequestContext, ServerResponse } from '../../context.ts';
import { noSuchPath, notOnThis, type SubresourceHandler } from '../../handlers/dispatch.ts';
import { requireText } from '../../handlers/negotiate.ts';
import { type Answer, exchange } from '../../nodes/exchange.ts';
import type { NodeAddress } from '../../nodes/connector.ts';
import { addressOfNode } from '../../nodes/node-address.ts';
import { chosenContainer } from './container-choice.ts';
import { type ConnectDeps, podOf } from './deps.ts';
import { placeOf } from './session.ts';
import { parseTime } from './parse-time.ts';
import { flag, int64 } from './query.ts';

/** `pods/NAME/log`: what a container wrote, read from its node's agent as it comes. */
export const log = (deps: ConnectDeps): SubresourceHandler => ({
  of: { group: '', resource: 'pods' },
  subresource: 'log',
  verbs: ['get'],
  async handle(c, registry) {
    if (c.info.parts.length > 3) throw noSuchPath();
    if (c.request.method !== 'GET') throw notOnThis();
    requireText(c.request, c.query);
    const options = readOptions(c);
    const pod = await podOf(c, registry);
    const container = chosenContainer(pod, c.query.get('container') ?? '');
    // Nothing has run yet, so nothing was written.
    if (!pod.spec.nodeName) return { status: 204, headers: {}, body: { type: 'none' } };
    const node = await addressOfNode(deps.objects, pod.spec.nodeName, 'pods');
    const path = `/containerLogs/${placeOf(pod)}/${container}${options.size ? `?${options.toString()}` : ''}`;
    const answer = await ask(deps, { node, path }, c.request.signal);
    if (answer.status < 200 || answer.status > 206) throw await refusalOf(answer, c);
    return textOf(answer);
  },
});

const textOf = ({ headers, body }: Answer): ServerResponse => ({
  status: 200,
  headers: { 'content-type': String(headers['content-type'] ?? 'text/plain') },
  body: { type: 'stream', chunks: body },
});

async function ask(
  { nodes }: ConnectDeps,
  { node, path }: { node: NodeAddress; path: string },
  signal: AbortSignal,
): Promise<Answer> {
  const host = `${node.host.includes(':') ? `[${node.host}]` : node.host}:${node.port}`;
  try {
    return await exchange(await nodes.connect(node, signal), { method: 'GET', path, headers: { host } });
  } catch (err) {
    throw new StatusError(500, '', `Get "https://${host}${path}": ${(err as Error).message}`);
  }
}

const longestRefusal = 50_000;

/** Agents answer in plain words; clients get them as a Status. */
async function refusalOf({ status, body }: Answer, { info }: RequestContext): Promise<StatusError> {
  let text = '';
  for await (const piece of body) {
    text += Buffer.from(piece).toString('utf8');
    if (text.length > longestRefusal) break;
  }
  if (status === 500) return internalError(text);
  if (status === 400) return badRequest(text);
  const about = { name: info.name, kind: 'pods/log' };
  if (status === 404) {
    return new StatusError(
      404,
      'NotFound',
      'the server could not find the requested resource ( pods/log ' + info.name + ')',
      {
        ...about,
        causes: [{ reason: 'UnexpectedServerResponse', message: text }],
      },
    );
  }
  return new StatusError(
    status,
    'Unknown',
    `the server responded with the status code ${status} but did not return more information ( pods/log ${info.name})`,
    {
      ...about,
      causes: [{ reason: 'UnexpectedServerResponse', message: text }],
    },
  );
}

/** The options as the agent takes them; throws for those that make no sense. */
function readOptions({ query, info }: RequestContext): URLSearchParams {
  const limitBytes = int64(query, 'limitBytes');
  const sinceSeconds = int64(query, 'sinceSeconds');
  const tailLines = int64(query, 'tailLines');
  const sinceTime = query.get('sinceTime') ? parseTime(query.get('sinceTime')!) : undefined;
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbiddenAt('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (query.has('stream')) errors.push(forbiddenAt('stream', 'may not be specified'));
  if (errors.length) throw invalidObject('', 'PodLogOptions', info.name, errors);
  const out = new URLSearchParams();
  for (const name of ['follow', 'previous', 'timestamps']) if (flag(query, name)) out.set(name, 'true');
  for (const [name, value] of Object.entries({ sinceSeconds, sinceTime, tailLines, limitBytes })) {
    if (value !== undefined) out.set(name, String(value));
  }
  return out;
}
