import type { Expr } from '../ast.ts';
import { type Location, noLocation, type Source } from '../source.ts';
import { AstBuilder, type MacroFinder } from './ast-builder.ts';
import { tokenize } from './lexer.ts';
import { ParseAborted } from './aborted.ts';
import { TreeParser } from './tree-parser.ts';

export interface ParseOptions {
  readonly macro: MacroFinder;
  readonly optionalSyntax: boolean;
  readonly report: (location: Location, message: string) => void;
}

const maxCodePoints = 100_000;
const maxDepth = 250;
const maxSyntaxErrors = 100;
const limits = { recursion: maxDepth, recoveries: 30, skippedTokens: 256 };

/** The expression of a source, its macros expanded; nothing when it is none, and then `report` heard why. */
export function parse(source: Source, { macro, optionalSyntax, report }: ParseOptions): Expr | undefined {
  let failed = false;
  const note = (offset: number | undefined, message: string): void => {
    failed = true;
    report(offset === undefined ? noLocation : source.location(offset), message);
  };
  const size = source.chars.length;
  if (size > maxCodePoints) {
    note(undefined, `expression code point size exceeds limit: size: ${size}, limit ${maxCodePoints}`);
    return undefined;
  }
  let syntaxErrors = 0;
  const syntaxError = (offset: number, message: string): void => {
    if (syntaxErrors++ < maxSyntaxErrors) return note(offset, `Syntax error: ${reworded(message)}`);
    note(offset, `Syntax error: More than ${maxSyntaxErrors} syntax errors`);
    throw new ParseAborted('');
  };
  try {
    const tree = new TreeParser(tokenize(source, syntaxError), syntaxError, limits).parse();
    const builder = new AstBuilder({ macro, optionalSyntax, maxDepth, report: note, failed: () => failed });
    const expr = builder.build(tree);
    return failed ? undefined : expr;
  } catch (err) {
    if (!(err instanceof ParseAborted)) throw err;
    if (err.message !== '') note(undefined, err.message);
    return undefined;
  }
}

/** Keywords in place of names get an older wording. */
const reworded = (message: string): string =>
  message.replace(/no viable alternative at input '.(true|false|null)'/, "mismatched input '$1' expecting IDENTIFIER");
