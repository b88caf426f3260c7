import { type Der, derMembers, derValues, oidText, tags } from './der.ts';

/** One thing that a certificate, or a request for one, says of its subject: the number of its kind, and the value. */
export interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** The kinds of names that users and groups are told by. */
const commonName = '2.5.4.3';
const organization = '2.5.4.10';

/** Who it is for: the last of its common names. */
export const commonNameOf = ({ subject }: { readonly subject: readonly NamePart[] }): string =>
  subject.findLast(({ type }) => type === commonName)?.value ?? '';

export const organizationsOf = ({ subject }: { readonly subject: readonly NamePart[] }): string[] =>
  subject.filter(({ type }) => type === organization).map(({ value }) => value);

/** A name (RFC 5280 §4.1.2.4), its parts in the order in which they stand there. */
export function nameParts(name: Der | undefined): NamePart[] {
  const parts = derMembers(name, tags.sequence).flatMap((set) => derMembers(set, tags.set));
  return parts.map((part) => {
    const [type, value] = derMembers(part, tags.sequence);
    return { type: type ? oidText(type) : '', value: value ? textOf(value) : '' };
  });
}

const wideText = 0x1e;

function textOf({ tag, contents }: Der): string {
  if (tag !== wideText) return Buffer.from(contents).toString();
  return Buffer.from(contents.subarray(0, contents.length & ~1))
    .swap16()
    .toString('utf16le');
}

/** Whose a certificate is; throws with upstream's words for what is none. */
export function certificateSubject(der: Uint8Array): NamePart[] {
  const [certificate] = derValues(der);
  const [signed] = derMembers(certificate, tags.sequence);
  const members = derMembers(signed, tags.sequence);
  // The version stands before the rest, in all but the first of them: serial number, algorithm, issuer, validity, subject.
  const hasVersion = members[0]?.tag === tags.version;
  return nameParts(members[hasVersion ? 5 : 4]);
}
