import type { CheckedAst } from './ast.ts';
import { Checker } from './checker.ts';
import type { Env } from './env.ts';
import { Compiler } from './evaluator/compiler.ts';
import { OutOfBudget, Run } from './evaluator/run.ts';
import { parse } from './parser/parse.ts';
import { type Compiled, CostLimitError, type Issue, type Program } from './program.ts';
import { type Location, Source } from './source.ts';
import { EvalError } from './values.ts';

/** The longest list of issues that a report prints. */
const mostIssues = 100;

/** Parses and checks an expression. What doesn't parse isn't checked, and what doesn't check isn't validated. */
export function compile(env: Env, text: string): Compiled {
  const source = new Source(text);
  const issues: Issue[] = [];
  let found = 0;
  const note = ({ line, column }: Location, message: string): void => {
    if (found++ < mostIssues) issues.push({ line, column, message });
  };
  const expr = parse(source, {
    macro: (...call) => env.macro(...call),
    optionalSyntax: env.optionalSyntax,
    report: note,
  });
  if (!expr) return failed(source, issues, found);
  const report = (at: { readonly offset: number }, message: string): void => note(source.location(at.offset), message);
  const ast: CheckedAst = { source: text, ...new Checker(env, report).check(expr) };
  if (issues.length === 0) for (const validate of env.validators) validate(ast, report, env);
  return issues.length > 0 ? failed(source, issues, found) : { ast };
}

function failed(source: Source, noted: readonly Issue[], found: number): Compiled {
  const issues = noted.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const lines = issues.map((i) => source.report(i, i.message));
  if (found > mostIssues) lines.push(`${found - mostIssues} more errors were truncated`);
  return { issues, text: lines.join('\n') };
}

/** Compiles a checked expression to closures; throws `PlanError` when it can't be evaluated whatever the variables are. */
export function program(env: Env, ast: CheckedAst): Program {
  const { eval: evaluate, slots } = new Compiler(env, ast).compile();
  return {
    eval(activation, { budget = Infinity } = {}) {
      const run = new Run(activation, slots, budget);
      try {
        const result = evaluate(run);
        return { result, cost: run.cost };
      } catch (err) {
        if (!(err instanceof OutOfBudget)) throw err;
        const result = err.of === 'cost' ? new CostLimitError() : new EvalError('operation interrupted');
        return { result, cost: run.cost };
      }
    },
  };
}
