import { Duplex, PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type PortForwarder, splice, WebSocketConnection } from '@tiphys/sdk/client';

/** WebSocket without a tunnel: the ports stand in the query, each has a channel for data and one for errors. */
export const channelForwardProtocols = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', ''];

/** Serves a client whose WebSocket is one connection to each of the ports. Resolves when it is over. */
export async function serveForwardChannels(
  socket: Duplex,
  forwarder: PortForwarder,
  o: { ports: readonly number[]; protocol: string },
): Promise<void> {
  const connection = new WebSocketConnection(socket, 'server');
  const isBase64 = o.protocol.includes('base64');
  const send = (to: number, data: Uint8Array) =>
    connection.send(
      isBase64 ? `${to}${Buffer.from(data).toString('base64')}` : Buffer.concat([Uint8Array.of(to), data]),
    );
  const inputs = o.ports.map((port, i) => {
    // Each channel begins with the port's number, so that the client knows which is which.
    const number = Uint8Array.of(port & 0xff, port >> 8);
    void send(2 * i, number);
    void send(2 * i + 1, number);
    const input = new PassThrough();
    const output = new Writable({
      write: (data: Buffer, _encoding, done) => void send(2 * i, data).then(() => done()),
    });
    return { port, input, output, channel: 2 * i };
  });
  const connections = inputs.map(async ({ port, input, output, channel }) => {
    const { data, error } = forwarder.connect(port);
    data.on('error', () => {});
    input.on('error', () => {});
    splice(data, Duplex.from({ readable: input, writable: output }));
    // The client may keep its side open for ever: the connection is over when the pod has said all.
    const [, problem] = await Promise.all([finished(output).catch(() => {}), error]);
    if (problem !== undefined) await send(channel + 1, Buffer.from(problem));
  });
  void Promise.all(connections).then(() => connection.close());
  for await (const { data } of connection.messages()) {
    if (!data.length) continue;
    const channel = isBase64 ? data[0]! - 0x30 : data[0]!;
    const input = inputs.find((i) => i.channel === channel)?.input;
    const rest = isBase64 ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
    if (input && !input.destroyed && rest.length && !input.write(rest)) {
      await new Promise<void>((resolve) => {
        input.once('drain', resolve);
        input.once('close', resolve);
      });
    }
  }
  for (const { input } of inputs) input.end();
  forwarder.close();
  connection.close();
}
