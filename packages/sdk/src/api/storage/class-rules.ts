import {
  type FieldError,
  invalid,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  tooLong,
} from '../../machinery/index.ts';

/** What classes of storage and classes of volume attributes have in common. */

const most = { parameters: 512, parameterBytes: 256 * 1024 };

/** Who makes or changes volumes: a qualified name, whatever its case. */
export function* provisionerRules(name: string, at: Path): Iterable<FieldError> {
  if (!name) yield required(at);
  else {
    const lower = name.toLowerCase();
    yield* problemsAt(qualifiedNameProblems(lower), lower, at);
  }
}

export function* parametersRules(parameters: Readonly<Record<string, string>>, at: Path): Iterable<FieldError> {
  const entries = Object.entries(parameters);
  if (entries.length > most.parameters) return yield tooLong(at, most.parameters);
  let size = 0;
  for (const [key, value] of entries) {
    if (!key) yield invalid(at, key, 'field can not be empty.');
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > most.parameterBytes) yield tooLong(at, most.parameterBytes);
}
