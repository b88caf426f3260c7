import { EvalError, isError, type ListValue, type Result, type Value } from '../values.ts';

export function* elementsOf(list: ListValue): Iterable<Result> {
  for (let i = 0; i < list.size; i++) yield list.at(i);
}

/** The elements, or the first of them that is an error. */
export function valuesOf(list: ListValue): readonly Value[] | EvalError {
  const values: Value[] = [];
  for (const element of elementsOf(list)) {
    if (isError(element)) return element;
    values.push(element);
  }
  return values;
}

/** What is made of the elements, if they are all there. */
export function withValues(list: ListValue, use: (values: readonly Value[]) => Result): Result {
  const values = valuesOf(list);
  return values instanceof EvalError ? values : use(values);
}
