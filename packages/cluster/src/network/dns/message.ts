/** The parts of a DNS message that the server speaks of. Names are lower-case text without the last dot. */

export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
} as const;

export type RecordType = keyof typeof recordTypes;

export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Rcode = keyof typeof rcodes;

export const classIN = 1;

export interface Query {
  id: number;
  opcode: number;
  recursionDesired: boolean;
  checkingDisabled: boolean;
  question: Question;
  edns?: Edns;
}

export interface Question {
  name: string;
  /** The name as it came, case and all; answers repeat it. */
  wireName: Uint8Array;
  type: number;
  class: number;
}

export interface Edns {
  version: number;
  /** How large a datagram the asker takes. */
  size: number;
  dnssecOk: boolean;
}

export type DnsRecord = { name: string; ttl: number } & RecordData;

export type RecordData =
  | { type: 'A' | 'AAAA'; address: string }
  | { type: 'CNAME' | 'NS' | 'PTR'; target: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'TXT'; text: string }
  | { type: 'SOA'; primary: string; mailbox: string; serial: number; minimum: number };

export interface Answer {
  rcode: Rcode;
  authoritative: boolean;
  answers: DnsRecord[];
  authority: DnsRecord[];
  additional: DnsRecord[];
}
