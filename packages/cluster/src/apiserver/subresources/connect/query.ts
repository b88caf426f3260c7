import { badRequest } from '@tiphys/sdk/machinery';

/** A flag of a query as upstream reads one: there and neither `false` nor `0`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== '0' && text.toLowerCase() !== 'false';
}

const largestInt64 = 2n ** 63n - 1n;

/** A whole number; 400 in upstream's words for anything else. */
export function int64(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw notANumber('ParseInt', text, 'invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  if (value > largestInt64 || value < -largestInt64 - 1n) throw notANumber('ParseInt', text, 'value out of range');
  return Number(value);
}

/** Port numbers, comma-separated or repeated. */
export function ports(query: URLSearchParams): number[] {
  const texts = query.getAll('ports').flatMap((p) => p.split(','));
  return texts.map((text) => {
    if (!/^\d+$/.test(text))
      throw badRequest(`cannot convert to []int32: ${syntax('ParseUint', text, 'invalid syntax')}`);
    if (Number(text) > 65_535)
      throw badRequest(`cannot convert to []int32: ${syntax('ParseUint', text, 'value out of range')}`);
    return Number(text);
  });
}

const syntax = (call: string, text: string, why: string) => `strconv.${call}: parsing ${JSON.stringify(text)}: ${why}`;
const notANumber = (call: string, text: string, why: string) => badRequest(syntax(call, text, why));
