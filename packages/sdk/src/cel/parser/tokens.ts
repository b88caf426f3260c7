/** The tokens of CEL in the order of its published grammar, which is the order in which messages list them. */
const names = [
  "'=='",
  "'!='",
  "'in'",
  "'<'",
  "'<='",
  "'>='",
  "'>'",
  "'&&'",
  "'||'",
  "'['",
  "']'",
  "'{'",
  "'}'",
  "'('",
  "')'",
  "'.'",
  "','",
  "'-'",
  "'!'",
  "'?'",
  "':'",
  "'+'",
  "'*'",
  "'/'",
  "'%'",
  "'true'",
  "'false'",
  "'null'",
  'WHITESPACE',
  'COMMENT',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
  'ESC_IDENTIFIER',
] as const;

export type TokenName = (typeof names)[number] | '<EOF>';

/** Tokens by number, from 1. */
export type TokenType = number;

export const endOfInput: TokenType = -1;

const types = new Map<TokenName, TokenType>([
  ['<EOF>', endOfInput],
  ...names.map((name, i): [TokenName, TokenType] => [name, i + 1]),
]);

export const tokenType = (name: TokenName): TokenType => types.get(name)!;

/** As messages list what was expected: one name bare, several in braces. */
export function tokenNames(expected: ReadonlySet<TokenType>): string {
  const list = [...expected].toSorted((a, b) => a - b).map((t) => (t === endOfInput ? '<EOF>' : names[t - 1]!));
  return list.length > 1 ? `{${list.join(', ')}}` : (list[0] ?? '{}');
}

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  /** In code points. */
  readonly offset: number;
  /** Among all tokens, hidden ones included; -1 for one that error recovery made up. */
  readonly index: number;
}
