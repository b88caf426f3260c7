/** A piece of a format: text that stands for itself, or a clause that takes the next argument. */
export type FormatPart =
  | { readonly text: string }
  | { readonly clause: ClauseName; readonly precision: number | undefined }
  /** A clause that isn't one; `isEnd` where the format is over behind the percent sign. */
  | { readonly problem: string; readonly isEnd: boolean };

export type ClauseName = 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';

const unparsed = 'could not parse formatting clause: ';

/** Takes a format apart; the first problem is the last part. */
export function* partsOf(format: string): Iterable<FormatPart> {
  const pattern = /([^%]+)|%(?:(%)|(\.\d*)?(.)?)/gsu;
  for (const [, text, percent, dot, letter] of format.matchAll(pattern)) {
    if (text !== undefined || percent !== undefined) yield { text: text ?? '%' };
    else if (letter === undefined || dot === '.') {
      yield {
        problem: letter === undefined && dot === undefined ? 'unexpected end of string' : precisionProblem(letter),
        isEnd: dot === undefined,
      };
      return;
    } else if (isClause(letter))
      yield { clause: letter, precision: dot === undefined ? undefined : Number(dot.slice(1)) };
    else {
      yield { problem: `${unparsed}unrecognized formatting clause "${letter}"`, isEnd: false };
      return;
    }
  }
}

const isClause = (letter: string): letter is ClauseName => 'sdfebxXo'.includes(letter);

const precisionProblem = (letter: string | undefined): string =>
  `${unparsed}error while parsing precision: ${
    letter === undefined
      ? 'could not find end of precision specifier'
      : 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax'
  }`;

/** What a clause says of an argument that it doesn't take. */
const taken: Readonly<Record<ClauseName, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
};

export const wrongArgument = (clause: ClauseName, type: string): string =>
  `error during formatting: ${taken[clause]}, was given ${type}`;

export const noArgument = (index: number): string => `index ${index} out of range`;
