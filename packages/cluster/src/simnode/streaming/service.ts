import { Duplex, PassThrough } from 'node:stream';
import type { Pod } from '@tiphys/sdk/api';
import type { ForwardedConnection } from '../../streaming/index.ts';

const methods = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /;

/** Something that listens on a pod's port: it answers HTTP with who it is, and gives back whatever else it is sent. */
export function simulatedService({ metadata, spec }: Pod, port: number): ForwardedConnection {
  const toClient = new PassThrough();
  let isHttp: boolean | undefined;
  const data = new Duplex({
    read() {
      toClient.once('readable', () => push());
      push();
    },
    write(chunk: Buffer, _encoding, done) {
      isHttp ??= methods.test(chunk.toString('latin1'));
      if (!isHttp) return void toClient.write(chunk, () => done());
      const body = `port ${port} of simulated pod ${metadata.namespace}/${metadata.name} on node ${spec.nodeName}\n`;
      toClient.end(
        `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      // What else the client has to say is of no interest.
      data._write = (_chunk, _enc, next) => next();
      done();
    },
    final(done) {
      if (!toClient.writableEnded) toClient.end();
      done();
    },
  });
  toClient.once('end', () => data.push(null));
  const push = () => {
    for (let piece: unknown = toClient.read(); piece !== null; piece = toClient.read()) data.push(piece);
  };
  return { data, error: Promise.resolve(undefined) };
}
