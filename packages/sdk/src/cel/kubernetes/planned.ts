import type { CheckedAst } from '../ast.ts';
import { program } from '../compile.ts';
import type { Env } from '../env.ts';
import { PlanError, type Program } from '../program.ts';

/** The program of a checked expression, or why it could never be evaluated. */
export function planned(env: Env, ast: CheckedAst): { readonly program: Program } | { readonly problem: string } {
  try {
    return { program: program(env, ast) };
  } catch (err) {
    if (err instanceof PlanError) return { problem: err.message };
    throw err;
  }
}
