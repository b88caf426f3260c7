/** One block of PEM text: what it says it is, and its bytes. */
export interface PemBlock {
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly bytes: Uint8Array;
}

const block = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END ([^\n]*?)-----[ \t\r]*(?=\n|$)/g;
const header = /^[^\n:]*:[^\n]*\n/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The blocks of a text, whatever stands around them; what isn't well formed counts as such surroundings. */
export function* pemBlocks(text: string): Iterable<PemBlock> {
  for (const [, type = '', inside = '', end] of text.matchAll(block)) {
    if (end !== type) continue;
    let body = inside;
    while (header.test(body)) body = body.replace(header, '');
    const digits = body.replace(/\s/g, '');
    if (base64.test(digits)) yield { type, hasHeaders: body !== inside, bytes: Buffer.from(digits, 'base64') };
  }
}
