import {
  findDuplicateKeys,
  findWholeFloats,
  isObject,
  type JsonObject,
  put,
  syntaxProblem,
  type WholeFloat,
} from '@tiphys/sdk/machinery';

/** Bytes that aren't JSON. The message is upstream's. */
export class JsonProblem extends Error {}

/** A shorter text can't nest deeper than upstream reads. */
const mayBeTooDeep = 20_000;

/** Parses bytes as JSON, and tells keys that stand twice and whole numbers that are written as if they weren't. */
export function readJson(bytes: Uint8Array): {
  value: unknown;
  duplicates: string[];
  floats: readonly WholeFloat[];
} {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  if (bytes.length >= mayBeTooDeep) refuseBadJson(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (err) {
    refuseBadJson(bytes);
    throw err;
  }
  const value = halfCharacter.test(text) ? wellFormed(parsed) : parsed;
  const duplicates = findDuplicateKeys(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`);
  return { value, duplicates, floats: findWholeFloats(text) };
}

function refuseBadJson(bytes: Uint8Array): void {
  const problem = bytes.length ? syntaxProblem(bytes) : 'unexpected end of JSON input';
  if (problem) throw new JsonProblem(problem);
}

const halfCharacter = /\\u[dD][89a-fA-F]/;

/** Escaped halves of characters become the sign for what can't be read: they couldn't be written as UTF-8. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(value)) put(out, Buffer.from(key).toString(), wellFormed(value[key]));
  return out;
}

/** What upstream calls a JSON value's type. */
export const jsonWord = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};
