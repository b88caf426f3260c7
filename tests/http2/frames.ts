/**
 * HTTP/2's frames as a client may write them, right or wrong (RFC 9113). Declared again here, so that a wrong number in the
 * server isn't repeated by who judges it.
 */
export const types = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;
export type FrameType = (typeof types)[number];

export const endStream = 0x1;
export const ack = 0x1;
export const endHeaders = 0x4;
export const padded = 0x8;
export const withPriority = 0x20;

export const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;
export type ErrorName = (typeof errorNames)[number];

export const settingNumbers = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;
export type Settings = { readonly [name in keyof typeof settingNumbers]?: number };

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const firstWindow = 65_535;
export const firstFrameSize = 16_384;
export const largestWindow = 2 ** 31 - 1;
export const headBytes = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export interface FrameOptions {
  readonly flags?: number;
  readonly payload?: Uint8Array | string;
  /** What the head says of the payload's length, where that isn't true. */
  readonly length?: number;
}

export function frame(
  type: FrameType | number,
  stream: number,
  { flags = 0, payload = '', length }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(headBytes);
  head.writeUIntBE(length ?? bytes.length, 0, 3);
  head[3] = typeof type === 'number' ? type : types.indexOf(type);
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

export const uint32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i);
  return bytes;
};

export const data = (stream: number, payload: Uint8Array | string, flags = 0): Buffer =>
  frame('DATA', stream, { flags, payload });

export const headers = (stream: number, block: Uint8Array, flags = endHeaders | endStream): Buffer =>
  frame('HEADERS', stream, { flags, payload: block });

export const settings = (wanted: Settings | readonly (readonly [number, number])[]): Buffer =>
  frame('SETTINGS', 0, { payload: Buffer.concat(settingPairs(wanted).map(([n, value]) => setting(n, value))) });

const settingPairs = (wanted: Settings | readonly (readonly [number, number])[]) =>
  Array.isArray(wanted)
    ? (wanted as readonly (readonly [number, number])[])
    : Object.entries(wanted).map(([name, value]) => [settingNumbers[name as keyof Settings], value as number] as const);

function setting(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(number, 0);
  bytes.writeUInt32BE(value >>> 0, 2);
  return bytes;
}

export const settingsAck = frame('SETTINGS', 0, { flags: ack });
export const ping = (what = 'a ping..', flags = 0): Buffer => frame('PING', 0, { flags, payload: what });
export const reset = (stream: number, why: ErrorName = 'CANCEL'): Buffer =>
  frame('RST_STREAM', stream, { payload: uint32(errorNames.indexOf(why)) });
export const windowUpdate = (stream: number, more: number): Buffer =>
  frame('WINDOW_UPDATE', stream, { payload: uint32(more) });
export const goaway = (last = 0, why: ErrorName = 'NO_ERROR'): Buffer =>
  frame('GOAWAY', 0, { payload: uint32(last, errorNames.indexOf(why)) });

/** The payload of a frame with so much padding. */
export const pad = (payload: Uint8Array | string, bytes: number): Buffer =>
  Buffer.concat([Buffer.of(bytes), Buffer.from(payload), Buffer.alloc(bytes)]);
