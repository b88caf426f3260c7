import { Duplex, PassThrough, Writable } from 'node:stream';
import { pod } from '../../api/index.ts';
import { messageOf } from '../../runtime/index.ts';
import type { ObjectKey } from '../client.ts';
import { objectPath, withQuery } from '../paths.ts';
import { refusal } from '../transport-client.ts';
import type { Transport } from '../transport.ts';
import { channelProtocols, channelSession } from './channel-session.ts';
import { roomIn } from './room-in.ts';
import type { ExecSession, ForwardedConnection, PortForwarder, TerminalStreams } from './session.ts';
import { WebSocketConnection, webSocketHeaders } from './web-socket.ts';

interface Call {
  readonly signal?: AbortSignal;
}

export interface AttachOptions extends TerminalStreams, Call {
  /** May be left out of pods that have one. */
  readonly container?: string;
}

export interface ExecOptions extends AttachOptions {
  readonly command: readonly string[];
}

export interface PodLogOptions extends Call {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** What flows into and out of a pod's containers. Refusals reject with a `StatusError`. */
export interface PodStreams {
  logs(key: ObjectKey, options?: PodLogOptions): AsyncIterable<Uint8Array>;
  exec(key: ObjectKey, options: ExecOptions): Promise<ExecSession>;
  attach(key: ObjectKey, options: AttachOptions): Promise<ExecSession>;
  portForward(key: ObjectKey, options?: Call): PortForwarder;
}

const forwardProtocol = 'v4.channel.k8s.io';

/** Logs, exec, attach and port-forward over the transport that a client has. */
export function podStreams(transport: Transport): PodStreams {
  const session = async (path: string, { signal, stdin, stdout, stderr, tty }: AttachOptions): Promise<ExecSession> => {
    const { stream, protocol } = await open(transport, path, { protocols: channelProtocols, signal });
    return channelSession(stream, {
      protocol,
      stdin: stdin ?? false,
      stdout: stdout ?? false,
      stderr: stderr ?? false,
      tty: tty ?? false,
    });
  };
  return {
    async *logs(key, options = {}) {
      const { signal } = options;
      const path = withQuery(objectPath(pod, key, 'log'), queryOf(options));
      const response = await transport.send({ method: 'GET', path, ...(signal && { signal }) });
      if (response.status >= 400) throw await refusal(response);
      yield* response.bytes();
    },
    exec: (key, options) => session(withQuery(objectPath(pod, key, 'exec'), queryOf(options)), options),
    attach: (key, options) => session(withQuery(objectPath(pod, key, 'attach'), queryOf(options)), options),
    portForward(key, { signal } = {}) {
      const controller = new AbortController();
      const all = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
      const path = (port: number) => `${objectPath(pod, key, 'portforward')}?ports=${port}`;
      return {
        connect: (port) =>
          forwardedConnection(() => open(transport, path(port), { protocols: [forwardProtocol], signal: all })),
        close: () => controller.abort(),
      };
    },
  };
}

function queryOf(options: Partial<ExecOptions> & PodLogOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (name === 'signal') continue;
    if (Array.isArray(value)) for (const v of value) query.append(name, String(v));
    else if (value !== undefined && value !== false) query.set(name, String(value));
  }
  return query;
}

async function open(
  transport: Transport,
  path: string,
  { protocols, signal }: { protocols: readonly string[]; signal: AbortSignal | undefined },
): Promise<{ stream: Duplex; protocol: string }> {
  if (!transport.upgrade) throw new TypeError('this transport carries no upgraded connections');
  const headers = webSocketHeaders(protocols);
  const { stream, headers: answered } = await transport.upgrade({
    method: 'GET',
    path,
    headers,
    ...(signal && { signal }),
  });
  return { stream, protocol: String(answered['sec-websocket-protocol'] ?? '') };
}

/** One WebSocket per connection: channel 0 is its data, channel 1 what went wrong, each begun by two bytes of port number. */
function forwardedConnection(connect: () => Promise<{ stream: Duplex }>): ForwardedConnection {
  const received = new PassThrough();
  let connection: WebSocketConnection | undefined;
  const opened = connect().then(({ stream }) => (connection = new WebSocketConnection(stream, 'client')));
  const sent = new Writable({
    write: (bytes: Buffer, _encoding, done) =>
      void opened.then((c) => c.send(Buffer.concat([Uint8Array.of(0), bytes]))).then(() => done(), done),
    destroy(err, done) {
      connection?.destroy();
      done(err);
    },
  });
  const data = Duplex.from({ readable: received, writable: sent });
  data.on('error', () => {});
  const listen = async (): Promise<string | undefined> => {
    let problem = '';
    const begun = new Set<number>();
    for await (const { data: message } of (await opened).messages()) {
      const from = message[0] ?? 0;
      const rest = message.subarray(begun.has(from) ? 1 : 3);
      begun.add(from);
      if (from === 1) problem += rest.toString('utf8');
      else if (!received.destroyed && rest.length && !received.write(rest)) await roomIn(received);
    }
    received.end();
    return problem || undefined;
  };
  const error = listen().catch((err: unknown) => {
    received.destroy();
    return messageOf(err);
  });
  return { data, error };
}
