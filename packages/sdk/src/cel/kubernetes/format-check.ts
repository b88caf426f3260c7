import type { Call, CheckedAst, Expr } from '../ast.ts';
import type { AstValidator, Report } from '../env.ts';
import type { Type } from '../types.ts';
import { descendants } from './descendants.ts';
import { type ClauseName, noArgument, partsOf, wrongArgument } from './format-clauses.ts';

/** Looks at formats that stand in the source beside their arguments: what would fail each time isn't let run. */
export const formatValidator: AstValidator = (ast, report) => {
  for (const e of descendants(ast.expr)) {
    const call = formatCall(ast, e);
    if (call) check(ast, call, report);
  }
};

interface FormatCall {
  readonly call: Call;
  readonly format: string;
  readonly args: readonly Expr[];
}

function formatCall(ast: CheckedAst, e: Expr): FormatCall | undefined {
  if (e.kind !== 'call' || e.function !== 'format' || e.target?.kind !== 'literal') return undefined;
  const overloads = ast.references.get(e.id)?.overloads;
  const [list] = e.args;
  const format = e.target.value;
  if (typeof format !== 'string' || e.args.length !== 1 || list?.kind !== 'list') return undefined;
  if (overloads?.length && !overloads.includes('string_format')) return undefined;
  return { call: e, format, args: list.elements };
}

function check(ast: CheckedAst, { call, format, args }: FormatCall, report: Report): void {
  let asked = 0;
  for (const part of partsOf(format)) {
    if ('text' in part) continue;
    const arg = args[asked];
    if ('problem' in part && part.isEnd) return report(call, part.problem);
    if (!arg) return report(call, noArgument(asked));
    if ('problem' in part) return report(call, part.problem);
    const wrong = wrongPart(ast, part.clause, arg);
    if (wrong) return report(wrong, wrongArgument(part.clause, typeOf(ast, wrong).name));
    asked++;
  }
  if (args.length > asked) {
    report(call, `too many arguments supplied to string.format (expected ${asked}, got ${args.length})`);
  }
}

const typeOf = (ast: CheckedAst, e: Expr): Type => ast.types.get(e.id)!;

const kinds: Readonly<Record<ClauseName, readonly Type['kind'][]>> = {
  s: 'list map int uint double bool string timestamp bytes duration type null'.split(' ') as Type['kind'][],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

/** The argument that a clause doesn't take, or what it doesn't take within it. */
function wrongPart(ast: CheckedAst, clause: ClauseName, arg: Expr): Expr | undefined {
  const { kind } = typeOf(ast, arg);
  if (kind !== 'dyn' && !kinds[clause].includes(kind)) return arg;
  if (clause !== 's') return undefined;
  const inner =
    arg.kind === 'list' ? arg.elements : arg.kind === 'map' ? arg.entries.flatMap((e) => [e.key, e.value]) : [];
  for (const e of inner) {
    const wrong = wrongPart(ast, clause, e);
    if (wrong) return wrong;
  }
  return undefined;
}
