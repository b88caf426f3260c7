import { badRequest, isObject, syntaxProblem } from '@tiphys/sdk/machinery';
import { jsonWord } from './json-text.ts';

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
  const illegal = illegalByte(token);
  if (illegal !== undefined) throw bad(`illegal base64 data at input byte ${illegal}`);
  const bytes = Buffer.from(token, 'base64url');
  const problem = syntaxProblem(bytes);
  if (problem !== undefined) throw bad(problem);
  const parsed: unknown = JSON.parse(bytes.toString());
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

/** Where upstream's decoder gives up on a text, in which line breaks mean nothing. */
function illegalByte(token: string): number | undefined {
  const illegal = token.search(/[^A-Za-z0-9_\r\n-]/);
  if (illegal !== -1) return illegal;
  // Six bits make no byte.
  return token.replace(/[\r\n]/g, '').length % 4 === 1 ? token.length - 1 : undefined;
}
