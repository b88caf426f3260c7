import { DecodeError } from '../decode-error.ts';
import { MessageReader } from './reader.ts';
import { BackwardWriter } from './writer.ts';

/** A message on the wire with what it is: `k8s\0` and a runtime.Unknown around the object's message. */
export interface Enveloped {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
  readonly contentType?: string;
}

export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

export function sealEnvelope({ raw, ...of }: Enveloped): Buffer {
  const [head, tail] = envelopeAround(of, raw.length);
  return Buffer.concat([head, raw, tail]);
}

/** What stands before and behind a message of that length: for messages whose bytes are there already, in pieces. */
export function envelopeAround(
  { apiVersion, kind, contentType = '' }: Omit<Enveloped, 'raw'>,
  length: number,
): readonly [Buffer, Buffer] {
  const tail = new BackwardWriter();
  field(4, Buffer.from(contentType), tail);
  field(3, new Uint8Array(), tail);
  const head = new BackwardWriter();
  head.varint(length);
  head.varint((2 << 3) | 2);
  const end = head.length;
  field(2, Buffer.from(kind), head);
  field(1, Buffer.from(apiVersion), head);
  head.varint(head.length - end);
  head.varint((1 << 3) | 2);
  head.bytes(magic);
  return [head.finish(), tail.finish()];
}

/** The tag and length that a message of that length has as a field of another. */
export function fieldHead(number: number, length: number): Buffer {
  const out = new BackwardWriter();
  out.varint(length);
  out.varint((number << 3) | 2);
  return out.finish();
}

function field(number: number, value: Uint8Array, out: BackwardWriter): void {
  out.bytes(value);
  out.varint(value.length);
  out.varint((number << 3) | 2);
}

/** Throws `DecodeError` for what is no such message. */
export function openEnvelope(bytes: Uint8Array): Enveloped {
  if (bytes.length < magic.length || Buffer.compare(bytes.subarray(0, magic.length), magic) !== 0) {
    throw new DecodeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const reader = new MessageReader(bytes, magic.length);
  const opened = { apiVersion: '', kind: '', raw: new Uint8Array() as Uint8Array, contentType: '' };
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (wire !== 2) reader.skip(wire);
    else if (number === 1) readTypeMeta(reader.message(), opened);
    else if (number === 2) opened.raw = reader.bytes();
    else if (number === 4) opened.contentType = reader.text();
    else reader.skip(wire);
  }
  return opened;
}

function readTypeMeta(reader: MessageReader, into: { apiVersion: string; kind: string }): void {
  while (!reader.done) {
    const { number, wire } = reader.tag();
    if (wire !== 2) reader.skip(wire);
    else if (number === 1) into.apiVersion = reader.text();
    else if (number === 2) into.kind = reader.text();
    else reader.skip(wire);
  }
}
