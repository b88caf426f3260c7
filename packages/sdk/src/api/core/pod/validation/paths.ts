import { type FieldError, invalid, type Path, problemsAt } from '../../../../machinery/index.ts';

/** Rules for paths below a directory, such as those of files in a volume. */

export const hasBackstep = (path: string): boolean => path.includes('..') && path.split('/').includes('..');

export const backstepProblems = (path: string): string[] => (hasBackstep(path) ? ["must not contain '..'"] : []);

export function descendingPathProblems(path: string): string[] {
  const problems = path.startsWith('/') ? ['must be a relative path'] : [];
  if (hasBackstep(path)) problems.push("must not contain '..'");
  return problems;
}

/** Names that begin with two dots are the kubelet's own in volumes it writes. */
export function localPathProblems(path: string): string[] {
  const problems = descendingPathProblems(path);
  if (path.startsWith('..') && !path.startsWith('../')) problems.push("must not start with '..'");
  return problems;
}

export const validateDescendingPath = (path: string, at: Path): Iterable<FieldError> =>
  problemsAt(descendingPathProblems(path), path, at);

/** Permission bits of a file. */
export function validateFileMode(errors: FieldError[], mode: number, at: Path): void {
  if (mode < 0 || mode > 0o777) {
    errors.push(invalid(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  }
}
