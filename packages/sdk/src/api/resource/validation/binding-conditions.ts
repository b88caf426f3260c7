import {
  asGiven,
  duplicate,
  type FieldError,
  invalid,
  type Path,
  problemsAt,
  qualifiedNameProblems,
} from '../../../machinery/index.ts';
import { listRules } from './names.ts';

const mostConditions = 4;

interface Bindings {
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

/** What must come true before a pod with the device is bound, and what says that it won't: one needs the other. */
export function* bindingRules(of: Bindings, at: Path): Iterable<FieldError> {
  const { bindingConditions: wanted = [], bindingFailureConditions: failures = [] } = of;
  const [here, there] = [at.child('bindingConditions'), at.child('bindingFailureConditions')];
  const each = (name: string, p: Path) => problemsAt(qualifiedNameProblems(name), name, p);
  yield* listRules(wanted, here, { most: mostConditions, each });
  yield* listRules(failures, there, { most: mostConditions, each });
  yield* duplicates(wanted, here);
  for (const [i, name] of failures.entries()) {
    if (failures.indexOf(name) < i) yield duplicate(there.index(i), name);
    if (wanted.includes(name)) {
      yield invalid(there.index(i), name, 'bindingFailureConditions must not overlap with bindingConditions');
    }
  }
  if (!wanted.length && failures.length) {
    yield invalid(
      here,
      asGiven(of, 'bindingConditions') ?? null,
      'bindingConditions are required to use bindingFailureConditions',
    );
  }
  if (!failures.length && wanted.length) {
    const value = asGiven(of, 'bindingFailureConditions') ?? null;
    yield invalid(there, value, 'bindingFailureConditions are required to use bindingConditions');
  }
}

function* duplicates(names: readonly string[], at: Path): Iterable<FieldError> {
  for (const [i, name] of names.entries()) if (names.indexOf(name) < i) yield duplicate(at.index(i), name);
}
