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

export function sealEnvelope({ apiVersion, kind, raw, contentType = '' }: Enveloped): Buffer {
  const out = new BackwardWriter();
  field(4, Buffer.from(contentType), out);
  field(3, new Uint8Array(), out);
  field(2, raw, out);
  const end = out.length;
  field(2, Buffer.from(kind), out);
  field(1, Buffer.from(apiVersion), out);
  out.varint(out.length - end);
  out.varint((1 << 3) | 2);
  out.bytes(magic);
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
