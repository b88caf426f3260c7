/**
 * Names of properties as identifiers of the language: what no identifier may be or hold is written out
 * (`a.b` is `a__dot__b`, `namespace` is `__namespace__`).
 */

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const written: Record<string, string> = { __: 'underscores', '.': 'dot', '-': 'dash', '/': 'slash' };
const meant = new Map(Object.entries(written).map(([text, word]) => [word, text]));

/** Nothing for a name that has no identifier: it starts with a digit or holds something else than letters, digits and `_-./`. */
export function escapeIdentifier(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (text) => `__${written[text]}__`);
}

/** Nothing for what no name is escaped to. */
export function unescapeIdentifier(identifier: string): string | undefined {
  let isGood = true;
  const name = identifier.replace(/__([^_]+)__/g, (whole, word: string) => {
    const text = meant.get(word);
    if (text !== undefined) return text;
    isGood &&= reserved.has(word) && whole === identifier;
    return word;
  });
  return isGood ? name : undefined;
}

export const isReservedWord = (name: string): boolean => reserved.has(name);
