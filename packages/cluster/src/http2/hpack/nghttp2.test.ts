import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { type Random, seededRandom } from '@tiphys/sdk/runtime';
import { HeaderDecoder, HeaderEncoder } from './index.ts';

const headersFrame = 1;
const settingsFrame = 4;
const continuationFrame = 9;
const endStream = 0x1;
const ack = 0x1;
const endHeaders = 0x4;
const padded = 0x8;
const priority = 0x20;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length;

/** What a client sends. */
async function* framesOf(socket: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let bytes = Buffer.alloc(0);
  let at = preface;
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= at + 9 && bytes.length >= at + 9 + bytes.readUIntBE(at, 3)) {
      const length = bytes.readUIntBE(at, 3);
      const payload = bytes.subarray(at + 9, at + 9 + length);
      yield { type: bytes[at + 3]!, flags: bytes[at + 4]!, stream: bytes.readUInt32BE(at + 5), payload };
      at += 9 + length;
    }
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A SETTINGS frame's value of SETTINGS_HEADER_TABLE_SIZE. */
function tableSizeOf(payload: Buffer): number | undefined {
  for (let at = 0; at < payload.length; at += 6)
    if (payload.readUInt16BE(at) === 1) return payload.readUInt32BE(at + 2);
  return undefined;
}

function settings(tableSize: number): Buffer {
  const payload = Buffer.from([0, 1, 0, 0, 0, 0]);
  payload.writeUInt32BE(tableSize, 2);
  return frame(settingsFrame, 0, 0, payload);
}

function connect(options: http2.ClientSessionOptions): { client: http2.ClientHttp2Session; socket: Duplex } {
  const [near, far] = duplexPair();
  const client = http2.connect('http://a', {
    peerMaxConcurrentStreams: 10_000,
    ...options,
    createConnection: () => near,
  });
  return { client, socket: far };
}

const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

/** Nothing that HTTP forbids. */
function anyValue(random: Random): string {
  const length = random.int(8) ? random.int(30) : random.int(9000);
  return Array.from({ length }, () => printable[random.int(printable.length)])
    .join('')
    .trim();
}

const known = [
  'accept',
  'user-agent',
  'cache-control',
  'x-request-id',
  'authorization',
  'set-cookie',
  'content-type',
  'etag',
];

function anyHeaders(random: Random, seen: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const value = () => {
    if (seen.length && random.int(3)) return seen[random.int(seen.length)]!;
    seen.push(anyValue(random));
    return seen.at(-1)!;
  };
  for (let left = random.int(10); left > 0; left--) {
    const name = random.int(4) ? known[random.int(known.length)]! : `x-${random.suffix(random.int(20) + 1)}`;
    headers[name] = name === 'set-cookie' ? Array.from({ length: random.int(3) + 1 }, value) : value();
  }
  return headers;
}

const listOf = (headers: Readonly<Record<string, string | readonly string[]>>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`));

const seed = Number(process.env['SEED'] ?? 11);
const count = 300;

for (const tableSize of [4096, 0, 100, 1000, 65_536]) {
  test(`requests of node:http2 are read, with a table of ${tableSize} bytes`, async () => {
    const random = seededRandom(`${seed}/${tableSize}`);
    const { client, socket } = connect({});
    client.on('error', () => undefined);
    if (tableSize !== 4096) {
      socket.write(settings(tableSize));
      await once(client, 'remoteSettings');
    }
    const wanted: string[][] = [];
    const seen: string[] = [];
    for (let i = 0; i < count; i++) {
      const path = `/${random.suffix(random.int(3))}`;
      const pseudo = {
        ':method': random.int(5) ? 'GET' : 'PUT',
        ':path': path,
        ':scheme': 'https',
        ':authority': 'a:1',
      };
      const headers = { ...pseudo, ...anyHeaders(random, seen) };
      wanted.push(listOf(headers));
      client
        .request({ ...headers, [http2.sensitiveHeaders]: ['authorization'] }, { endStream: true })
        .on('error', () => undefined);
    }
    const decoder = new HeaderDecoder(tableSize);
    const got: string[][] = [];
    let fragments: Buffer[] = [];
    for await (const { type, flags, payload } of framesOf(socket)) {
      if (type !== headersFrame && type !== continuationFrame) continue;
      let from = 0;
      let to = payload.length;
      if (type === headersFrame && flags & padded) to -= payload[from++]!;
      if (type === headersFrame && flags & priority) from += 5;
      fragments.push(payload.subarray(from, to));
      if (!(flags & endHeaders)) continue;
      const fields: string[] = [];
      decoder.decode(Buffer.concat(fragments), (name, value) => void fields.push(`${name}: ${value}`));
      fragments = [];
      got.push(fields);
      if (got.length === count) break;
    }
    client.destroy();
    assert.deepEqual(got, wanted, `SEED=${seed}`);
  });
}

for (const tableSize of [4096, 0, 100, 1000, 65_536]) {
  test(`answers are read by node:http2, with a table of ${tableSize} bytes and then others`, async () => {
    const random = seededRandom(`${seed}/${tableSize}`);
    const { client, socket } = connect({ settings: { headerTableSize: tableSize } });
    const encoder = new HeaderEncoder();
    const wanted: string[][] = [];
    const got: string[][] = [];
    const seen: string[] = [];
    const answer = (stream: number): void => {
      const status = 200 + random.int(300);
      const headers = anyHeaders(random, seen);
      wanted.push([`:status: ${status}`, ...listOf(headers)]);
      const block = encoder.encode(status, headers);
      const largest = 16_384;
      for (let at = 0; at === 0 || at < block.length; at += largest) {
        const isLast = at + largest >= block.length;
        const flags = (at ? 0 : endStream) | (isLast ? endHeaders : 0);
        socket.write(frame(at ? continuationFrame : headersFrame, flags, stream, block.subarray(at, at + largest)));
      }
    };
    const serve = async (): Promise<void> => {
      socket.write(frame(settingsFrame, 0, 0, Buffer.alloc(0)));
      for await (const { type, flags, stream, payload } of framesOf(socket)) {
        if (type === headersFrame) answer(stream);
        if (type !== settingsFrame || flags & ack) continue;
        const size = tableSizeOf(payload);
        if (size !== undefined) encoder.resize(size);
        socket.write(frame(settingsFrame, ack, 0, Buffer.alloc(0)));
      }
    };
    const serving = serve();
    for (let i = 0; i < count; i++) {
      if (random.int(20) === 0)
        client.settings({ headerTableSize: random.int(2) ? random.int(300) : random.int(6000) });
      const request = client.request({ ':path': '/' }).resume();
      request.on('response', (_headers: unknown, _flags: unknown, raw: string[]) => {
        got.push(Array.from({ length: raw.length / 2 }, (_, j) => `${raw[2 * j]}: ${raw[2 * j + 1]}`));
      });
      await once(request, 'close');
    }
    client.destroy();
    socket.destroy();
    await serving.catch(() => undefined);
    assert.deepEqual(got, wanted, `SEED=${seed}`);
  });
}
