import type { JsonObject } from '../object.ts';
import { afterString, isKeyEnd, Scanner } from './scanner.ts';

/**
 * The members that a JSON text has twice, as upstream's strict decoder names them (`spec.containers[0].name`, each once,
 * in the order of the text). `text` has been parsed to `value` before, so it is known to be JSON. Runs for every write: as
 * long as the text has no more keys than the value, nothing else is looked at.
 */
export function findDuplicateKeys(text: string, value: unknown): string[] {
  const isContainer = typeof value === 'object' && value !== null;
  return countKeysInText(text) === (isContainer ? countKeys(value) : 0)
    ? []
    : [...new Set(new Scanner(text).duplicates())];
}

/** Containers wait in a list rather than on the stack: hostile texts nest deep. */
function countKeys(value: unknown): number {
  let n = 0;
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (const member of next as unknown[]) if (typeof member === 'object' && member !== null) open.push(member);
      continue;
    }
    for (const name in next as JsonObject) {
      n++;
      const member = (next as JsonObject)[name];
      if (typeof member === 'object' && member !== null) open.push(member);
    }
  }
  return n;
}

/** A key is a string before a colon; outside of strings colons stand nowhere else. */
function countKeysInText(text: string): number {
  let n = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    const end = afterString(text, open);
    if (isKeyEnd(text, end)) n++;
    open = text.indexOf('"', end);
  }
  return n;
}
