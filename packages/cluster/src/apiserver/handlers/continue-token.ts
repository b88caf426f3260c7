import { badRequest, isObject } from '@tiphys/sdk/machinery';
import { jsonWord } from './body.ts';

/** Where a paged list goes on: at which revision, from which key (relative to the place that is listed). */
export interface ContinueToken {
  readonly revision: number;
  readonly start: string;
}

const version = 'meta.k8s.io/v1';

export const encodeContinue = ({ revision, start }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: version, rv: revision, start })).toString('base64url');

export function decodeContinue(token: string): ContinueToken {
  const bad = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const illegal = token.search(/[^A-Za-z0-9_-]/);
  if (illegal !== -1) throw bad(`illegal base64 data at input byte ${illegal}`);
  const text = Buffer.from(token, 'base64url').toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (err) {
    throw bad(jsonProblem(Buffer.from(token, 'base64url'), err));
  }
  const value = parsed ?? {};
  if (!isObject(value))
    throw bad(`json: cannot unmarshal ${jsonWord(value)} into Go value of type storage.continueToken`);
  if (value['v'] !== version) throw bad(`server does not recognize this encoded version ${String(value['v'] ?? '')}`);
  if (value['rv'] === undefined || value['rv'] === 0)
    throw bad(`incorrect encoded start resourceVersion (version ${version})`);
  if (typeof value['start'] !== 'string' || value['start'] === '')
    throw bad(`encoded start key empty (version ${version})`);
  // A key that climbs out of the list's directory was made by hand.
  const steps = value['start'].replace(/^\//, '').split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..')) throw bad(value['start']);
  return { revision: Number(value['rv']), start: steps.join('/') };
}

function jsonProblem(bytes: Buffer, err: unknown): string {
  const first = bytes[0];
  if (first === undefined) return 'unexpected end of JSON input';
  const literal = ['null', 'true', 'false'].find((l) => l.charCodeAt(0) === first);
  if (literal) {
    const at = Buffer.from(literal).findIndex((c, i) => bytes[i] !== c);
    if (at > 0)
      return `invalid character '${String.fromCharCode(bytes[at] ?? 32)}' in literal ${literal} (expecting '${literal[at]}')`;
  }
  if (!/[[{"0-9-]/.test(String.fromCharCode(first))) {
    const shown = first < 0x80 ? String.fromCharCode(first) : `\\u${first.toString(16).padStart(4, '0')}`;
    return `invalid character '${shown}' looking for beginning of value`;
  }
  return err instanceof Error ? err.message : String(err);
}
