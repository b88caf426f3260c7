import { type DnsRecord, type Edns, type Query, recordTypes } from './message.ts';

/** The message is broken: it ends too early or its names never do. */
export class MalformedMessageError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedMessageError';
  }
}

/** Reads a question. Throws `MalformedMessageError`. */
export function readQuery(bytes: Uint8Array): Query {
  const view = viewOf(bytes);
  const flags = uint16(view, 2);
  const [questions, answers, authority, additional] = [4, 6, 8, 10].map((at) => uint16(view, at));
  if (questions !== 1) throw new MalformedMessageError(`${questions} questions`);
  const { text, end } = readName(bytes, 12, { mayJump: false });
  const query: Query = {
    id: uint16(view, 0),
    opcode: (flags >> 11) & 0xf,
    recursionDesired: (flags & 0x0100) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    question: { name: text, wireName: bytes.slice(12, end), type: uint16(view, end), class: uint16(view, end + 2) },
  };
  let at = end + 4;
  for (let left = answers! + authority! + additional!; left > 0; left--) {
    const record = readRecord(bytes, at);
    if (record.type === recordTypes.OPT) query.edns = ednsOf(record.class, record.ttl);
    at = record.end;
  }
  return query;
}

/** `id` of what may be no message at all, and whether it claims to be an answer. */
export function peek(bytes: Uint8Array): { id: number; isAnswer: boolean } | undefined {
  if (bytes.length < 12) return undefined;
  const view = viewOf(bytes);
  return { id: view.getUint16(0), isAnswer: (view.getUint16(2) & 0x8000) !== 0 };
}

/** Where a record is and what it is, its data unread. */
export interface RecordOutline {
  name: string;
  type: number;
  class: number;
  ttl: number;
  start: number;
  ttlAt: number;
  dataAt: number;
  end: number;
}

/** The records of an answer by section. Throws `MalformedMessageError`. */
export function outline(bytes: Uint8Array): Record<'answers' | 'authority' | 'additional', RecordOutline[]> {
  const view = viewOf(bytes);
  let at = readName(bytes, 12, { mayJump: false }).end + 4;
  const section = (countAt: number) => {
    const records: RecordOutline[] = [];
    for (let left = uint16(view, countAt); left > 0; left--) {
      const record = readRecord(bytes, at);
      records.push(record);
      at = record.end;
    }
    return records;
  };
  return { answers: section(6), authority: section(8), additional: section(10) };
}

/** The data of a record that leads to an address; undefined for other types. */
export function readLink(bytes: Uint8Array, record: RecordOutline): DnsRecord | undefined {
  const { name, ttl, type, dataAt, end } = record;
  const data = bytes.subarray(dataAt, end);
  if (type === recordTypes.A && data.length === 4) return { name, ttl, type: 'A', address: data.join('.') };
  if (type === recordTypes.AAAA && data.length === 16) {
    const groups = Array.from({ length: 8 }, (_, i) =>
      viewOf(data)
        .getUint16(2 * i)
        .toString(16),
    );
    return { name, ttl, type: 'AAAA', address: groups.join(':') };
  }
  if (type === recordTypes.CNAME) return { name, ttl, type: 'CNAME', target: readName(bytes, dataAt).text };
  return undefined;
}

function readRecord(bytes: Uint8Array, start: number): RecordOutline {
  const view = viewOf(bytes);
  const { text: name, end: at } = readName(bytes, start);
  const dataAt = at + 10;
  const end = dataAt + uint16(view, at + 8);
  if (end > bytes.length) throw new MalformedMessageError('a record ends after the message');
  const ttl = view.getUint32(at + 4);
  return { name, type: uint16(view, at), class: uint16(view, at + 2), ttl, start, ttlAt: at + 4, dataAt, end };
}

// The extended flags of EDNS lie where other records have their time to live.
const ednsOf = (size: number, ttl: number): Edns => ({
  version: (ttl >> 16) & 0xff,
  size,
  dnssecOk: (ttl & 0x8000) !== 0,
});

/** Reads a name: its lower-case text, and where what follows it begins. */
function readName(bytes: Uint8Array, start: number, { mayJump = true } = {}): { text: string; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let length = 1;
  for (let at = start; ;) {
    const size = bytes[at];
    if (size === undefined) throw new MalformedMessageError('a name ends after the message');
    if (size === 0) return { text: labels.join('.'), end: end ?? at + 1 };
    if (size >= 0xc0) {
      const target = ((size & 0x3f) << 8) | (bytes[at + 1] ?? 0);
      // Only ever backwards, so that it comes to an end.
      if (!mayJump || target >= at) throw new MalformedMessageError('a name jumps where it may not');
      end ??= at + 2;
      at = target;
      continue;
    }
    length += size + 1;
    if (size > 63 || length > 255 || at + size >= bytes.length) throw new MalformedMessageError('a name is too long');
    labels.push(labelText(bytes.subarray(at + 1, at + 1 + size)));
    at += size + 1;
  }
}

/** A label as text; what can't stand in text is written as in zone files, and so equals no name of ours. */
function labelText(label: Uint8Array): string {
  let text = '';
  for (const byte of label) {
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
  }
  return text.toLowerCase();
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function uint16(view: DataView, at: number): number {
  if (at + 2 > view.byteLength) throw new MalformedMessageError('the message ends too early');
  return view.getUint16(at);
}
