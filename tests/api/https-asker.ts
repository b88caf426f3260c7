import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Answer, Frame, Question } from './ask.ts';

/** Somebody with a token who asks a server over its socket. */
export interface HttpsAsker {
  ask(method: string, path: string, question?: Question): Promise<Answer>;
  watch(path: string): Promise<OpenWatch>;
  close(): void;
}

export interface OpenWatch {
  /** Reads on until an event is such, and answers with it. */
  until(is: (frame: Frame) => boolean): Promise<Frame>;
  close(): void;
}

export function httpsAsker(url: string, token: string): HttpsAsker {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const send = (method: string, path: string, { body, headers = {} }: Question): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const json = body === undefined ? undefined : JSON.stringify(body);
      const type = json === undefined ? {} : { 'content-type': 'application/json' };
      const options: RequestOptions = {
        method,
        agent,
        headers: { authorization: `Bearer ${token}`, ...type, ...headers },
      };
      request(new URL(path, url), options, resolve).on('error', reject).end(json);
    });
  return {
    async ask(method, path, question = {}) {
      const response = await send(method, path, question);
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      const isJson = response.headers['content-type']?.startsWith('application/json') && text;
      const headers = response.headers as Answer['headers'];
      return { status: response.statusCode!, headers, text, json: isJson ? JSON.parse(text) : undefined };
    },
    async watch(path) {
      const response = await send('GET', path, {});
      const lines = createInterface({ input: response })[Symbol.asyncIterator]();
      return {
        async until(is) {
          for (;;) {
            const { value, done } = await lines.next();
            if (done) throw new Error(`the watch ended: ${path}`);
            const frame = JSON.parse(value) as Frame;
            if (is(frame)) return frame;
          }
        },
        close: () => void response.destroy(),
      };
    },
    close: () => agent.destroy(),
  };
}
