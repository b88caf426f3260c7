import { Duplex } from 'node:stream';
import type { WebSocketConnection } from '@tiphys/sdk/client';

/** How kubectl asks for a WebSocket whose binary messages, one after the other, are a SPDY connection. */
export const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

/** The bytes of a WebSocket's messages as one stream. */
export function tunnel(connection: WebSocketConnection): Duplex {
  const messages = connection.messages()[Symbol.asyncIterator]();
  const end = (err: Error | null, done: (err?: Error | null) => void) => {
    connection.close();
    done(err);
  };
  return new Duplex({
    read() {
      void messages.next().then(({ done, value }) => {
        if (done) this.push(null);
        // An empty message is no end.
        else if (value.data.length === 0) this._read(0);
        else this.push(value.data);
      });
    },
    write(chunk: Buffer, _encoding, done) {
      void connection.send(chunk).then(() => done());
    },
    final: (done) => end(null, done),
    destroy: end,
  });
}
