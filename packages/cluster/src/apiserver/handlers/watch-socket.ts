import { duplexPair } from 'node:stream';
import { acceptOf, WebSocketConnection } from '@tiphys/sdk/client';
import type { Watcher } from '../cache/watcher.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import type { Negotiated } from './negotiate.ts';
import { unframed } from './watch-frames.ts';

/** Whether the client would have a watch's events as messages of a WebSocket. */
export const asksForWebSocket = ({ request: { headers } }: RequestContext): boolean =>
  String(headers['upgrade'] ?? '').toLowerCase() === 'websocket' &&
  headers['sec-websocket-key'] !== undefined &&
  /(^|,\s*)upgrade(\s*,|$)/i.test(String(headers['connection'] ?? ''));

/** A watch as messages, one for each event: text where events are text. What the client sends is ignored. */
export function webSocket(
  { request: { headers } }: RequestContext,
  form: Negotiated,
  batches: AsyncIterable<readonly Buffer[]>,
  watcher?: Watcher,
): ServerResponse {
  const [near, far] = duplexPair();
  const connection = new WebSocketConnection(near, 'server');
  watcher?.onceClosed(() => {
    if (watcher.isLost) connection.destroy();
  });
  void tell(connection, form, batches);
  void untilGone(connection).then(() => watcher?.close());
  const protocols = String(headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((p) => p.trim())
    .filter(Boolean);
  return {
    status: 101,
    headers: {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-accept': acceptOf(String(headers['sec-websocket-key'])),
      ...(protocols.length === 1 && { 'sec-websocket-protocol': protocols[0]! }),
    },
    body: { type: 'upgrade', stream: far },
  };
}

async function tell(
  connection: WebSocketConnection,
  form: Negotiated,
  batches: AsyncIterable<readonly Buffer[]>,
): Promise<void> {
  try {
    for await (const frames of batches) for (const frame of frames) await connection.send(unframed(form, frame));
    connection.close();
  } catch {
    // As a stream that breaks: the client starts over.
    connection.destroy();
  }
}

async function untilGone(connection: WebSocketConnection): Promise<void> {
  for await (const _ of connection.messages());
}
