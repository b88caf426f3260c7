import { RE2JS } from 're2js';

/** An expression that somebody else wrote: matched in time that grows with the text alone, whatever it says. */
export interface Re2 {
  /** Whether it matches somewhere in a text. */
  test(text: string): boolean;
  /** The matches in a text one after the other, so many at most; an empty one next to another doesn't count. */
  findAll(text: string, most?: number): string[];
}

const compiled = new Map<string, Re2>();
const mostCompiled = 1024;

/** Compiles an expression in RE2's syntax, which is upstream's; throws with upstream's text when it isn't one. */
export function re2(pattern: string): Re2 {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = RE2JS.compile(pattern);
  const made: Re2 = {
    test: (text) => expression.matcher(text).find(),
    findAll: (text, most = Infinity) => findAll(expression, text, most),
  };
  for (const oldest of compiled.keys()) {
    if (compiled.size < mostCompiled) break;
    compiled.delete(oldest);
  }
  compiled.set(pattern, made);
  return made;
}

function findAll(expression: RE2JS, text: string, most: number): string[] {
  const matcher = expression.matcher(text);
  const found: string[] = [];
  let end = -1;
  while (found.length < most && matcher.find()) {
    const isEmpty = matcher.start() === matcher.end();
    if (!isEmpty || matcher.start() !== end) found.push(matcher.group() ?? '');
    end = matcher.end();
  }
  return found;
}
