import {
  type FieldError,
  invalid,
  nonNegative,
  type Path,
  percentProblems,
  problemsAt,
} from '../../machinery/index.ts';

/** So many, or so many in a hundred. */
export type Share = number | string;

export const validateShare = (share: Share, here: Path): Iterable<FieldError> =>
  typeof share === 'number' ? nonNegative(share, here) : problemsAt(percentProblems(share), share, here);

export const isPercent = (share: Share): share is string =>
  typeof share === 'string' && percentProblems(share).length === 0;

/** The number that it says, of things or of hundredths. A string that is neither a percentage nor a number counts as nothing. */
export function amountOf(share: Share): number {
  if (isPercent(share)) return Number(share.slice(0, -1));
  return typeof share === 'number' ? share : /^[+-]?\d+$/.test(share) ? Number(share) : 0;
}

export function* notMoreThanAll(share: Share, here: Path): Iterable<FieldError> {
  if (isPercent(share) && amountOf(share) > 100) yield invalid(here, share, 'must not be greater than 100%');
}
