import { addressBytes } from './ip-address.ts';
import { type Answer, type DnsRecord, type Edns, type Query, type Rcode, rcodes, recordTypes } from './message.ts';

export interface WriteOptions {
  /** The most bytes the asker takes; records that don't fit are left out and the answer says so. */
  limit: number;
}

/** How large a datagram we take and say so. */
const ednsSize = 1232;

/** The bytes of an answer. */
export function writeAnswer(query: Query, answer: Answer, { limit }: WriteOptions): Uint8Array {
  const { question, edns } = query;
  const writer = new Writer(limit - (edns ? optLength : 0));
  writer.header(query);
  writer.bytes(question.wireName);
  writer.uint16(question.type, question.class);
  writer.remember(question.name, 12);

  const isWhole = writer.records(answer.answers, 6) && writer.records(answer.authority, 8);
  if (isWhole) writer.records(answer.additional, 10);
  writer.setFlags(query, answer, !isWhole);
  if (edns) writer.opt(edns, answer.rcode);
  return writer.done();
}

/** An answer without records: a refusal. */
export const refusal = (rcode: Rcode): Answer => ({
  rcode,
  authoritative: false,
  answers: [],
  authority: [],
  additional: [],
});

/** The answer to what can't be read as a question. */
export function writeFormatError(id: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint16(2, 0x8000 | rcodes.FORMERR);
  return bytes;
}

/** Our own question to an upstream. */
export function writeQuery(id: number, query: Query): Uint8Array {
  const writer = new Writer(65_535);
  writer.header({ ...query, id });
  writer.bytes(query.question.wireName);
  writer.uint16(query.question.type, query.question.class);
  const { recursionDesired, checkingDisabled } = query;
  writer.setUint16(2, (recursionDesired ? 0x0100 : 0) | (checkingDisabled ? 0x0010 : 0));
  writer.opt({ version: 0, size: ednsSize, dnssecOk: query.edns?.dnssecOk ?? false }, 'NOERROR');
  return writer.done();
}

/** The wire form of a name. */
export function wireNameOf(name: string): Uint8Array {
  const writer = new Writer(65_535);
  writer.name(name, { compress: false });
  return writer.done();
}

/** The record that says how large a datagram we take. */
export function optRecord({ dnssecOk }: Edns, rcode: Rcode = 'NOERROR'): Uint8Array {
  const bytes = new Uint8Array(optLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(1, recordTypes.OPT);
  view.setUint16(3, ednsSize);
  view.setUint8(5, rcodes[rcode] >> 4);
  view.setUint16(7, dnssecOk ? 0x8000 : 0);
  return bytes;
}

const optLength = 11;

class Writer {
  #buffer = new Uint8Array(512);
  #length = 0;
  readonly #limit: number;
  /** Where a name, and each of its ends, is written already. */
  readonly #written = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  header({ id }: Pick<Query, 'id'>): void {
    this.uint16(id, 0, 1, 0, 0, 0);
  }

  setFlags(query: Query, { rcode, authoritative }: Answer, isTruncated: boolean): void {
    let flags = 0x8000 | (query.opcode << 11) | (rcodes[rcode] & 0xf);
    if (authoritative) flags |= 0x0400;
    if (isTruncated) flags |= 0x0200;
    if (query.recursionDesired) flags |= 0x0100;
    if (query.checkingDisabled) flags |= 0x0010;
    this.setUint16(2, flags);
  }

  /** Writes as many as fit and their count; whether those were all. */
  records(records: DnsRecord[], countAt: number): boolean {
    for (const [i, record] of records.entries()) {
      const mark = this.#length;
      this.#record(record);
      if (this.#length > this.#limit) {
        this.#length = mark;
        this.setUint16(countAt, i);
        return false;
      }
    }
    this.setUint16(countAt, records.length);
    return true;
  }

  opt(edns: Edns, rcode: Rcode): void {
    this.bytes(optRecord(edns, rcode));
    this.setUint16(10, ((this.#buffer[10]! << 8) | this.#buffer[11]!) + 1);
  }

  done(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  remember(name: string, at: number): void {
    for (let rest = name, offset = at; rest;) {
      if (!this.#written.has(rest)) this.#written.set(rest, offset);
      const dot = rest.indexOf('.');
      if (dot < 0) return;
      // A label with escapes is longer as text than on the wire; what follows it isn't found, only written anew.
      if (rest.slice(0, dot).includes('\\')) return;
      offset += dot + 1;
      rest = rest.slice(dot + 1);
    }
  }

  name(name: string, { compress = true } = {}): void {
    let rest = name;
    while (rest) {
      const at = this.#written.get(rest);
      if (compress && at !== undefined && at < 0x4000 && at < this.#length) return this.uint16(0xc000 | at);
      if (this.#length < 0x4000) this.#written.set(rest, this.#length);
      const dot = rest.indexOf('.');
      const label = dot < 0 ? rest : rest.slice(0, dot);
      const bytes = labelBytes(label);
      this.bytes(Uint8Array.of(bytes.length));
      this.bytes(bytes);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    this.bytes(Uint8Array.of(0));
  }

  bytes(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes.length));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  uint16(...values: number[]): void {
    for (const value of values) this.bytes(Uint8Array.of((value >> 8) & 0xff, value & 0xff));
  }

  setUint16(at: number, value: number): void {
    this.#buffer[at] = value >> 8;
    this.#buffer[at + 1] = value & 0xff;
  }

  #uint32(...values: number[]): void {
    for (const value of values) this.uint16(Math.floor(value / 0x10000) & 0xffff, value & 0xffff);
  }

  #record(record: DnsRecord): void {
    this.name(record.name);
    this.uint16(recordTypes[record.type], 1);
    this.#uint32(record.ttl);
    const lengthAt = this.#length;
    this.uint16(0);
    this.#data(record);
    this.setUint16(lengthAt, this.#length - lengthAt - 2);
  }

  #data(record: DnsRecord): void {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        return this.bytes(addressBytes(record.address));
      case 'CNAME':
      case 'NS':
      case 'PTR':
        return this.name(record.target);
      case 'SRV':
        this.uint16(record.priority, record.weight, record.port);
        // The one name that must not be compressed (RFC 2782).
        return this.name(record.target, { compress: false });
      case 'TXT': {
        const text = Buffer.from(record.text);
        this.bytes(Uint8Array.of(text.length));
        return this.bytes(text);
      }
      case 'SOA':
        this.name(record.primary);
        this.name(record.mailbox);
        return this.#uint32(record.serial, 7200, 1800, 86_400, record.minimum);
    }
  }
}

/** A label's bytes; what its text had to escape is written `\\DDD`. */
function labelBytes(label: string): Uint8Array {
  const text = label.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
  return Buffer.from(text, 'latin1');
}
