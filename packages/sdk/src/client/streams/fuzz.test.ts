import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { fuzz, fuzzOptions } from '../../testing/index.ts';
import { readFrames } from '../frame-reader.ts';
import { WebSocketConnection } from './web-socket.ts';

const options = fuzzOptions(process.env);
const corpus = (name: string): URL => new URL(`../../../src/client/streams/corpus/${name}.txt`, import.meta.url);

const masked = '\x80\0\0\0\0';
for (const side of ['client', 'server'] as const) {
  const mask = side === 'server' ? '\x83\0\0\0\0' : '\x03';
  const words = [
    `\x82${mask}abc`,
    `\x81${mask}abc`,
    `\x01${mask}abc`,
    `\x80${mask}abc`,
    `\x89${mask}abc`,
    `\x8a${mask}abc`,
  ];

  test(`a WebSocket ${side} that is sent anything comes to an end`, () => {
    const check = async (input: Buffer) => {
      const [near, far] = duplexPair();
      far.resume();
      const connection = new WebSocketConnection(near, side);
      const middle = input.length >> 1;
      far.write(input.subarray(0, middle));
      far.end(input.subarray(middle));
      for await (const { data } of connection.messages()) await connection.send(data);
      connection.destroy();
    };
    return fuzz(
      { corpus: corpus(side), words: [...words, `\x88${side === 'server' ? masked : '\0'}`, '\x7e\x01\0'], check },
      options,
    );
  });
}

test('frames of a watch are read, or refused', () => {
  const check = async (input: Buffer) => {
    const middle = input.length >> 1;
    const bytes = (async function* () {
      yield input.subarray(0, middle);
      yield input.subarray(middle);
    })();
    try {
      for await (const frame of readFrames(bytes)) assert.ok(frame !== undefined);
    } catch (err) {
      assert.ok(err instanceof SyntaxError, String(err));
    }
  };
  const words = ['{"type":"ADDED","object":{}}', '\n', '{', '}', '"', '\xed\xa0\x80', '__proto__'];
  return fuzz({ corpus: corpus('watch-frames'), words, check }, options);
});
