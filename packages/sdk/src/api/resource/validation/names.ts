import {
  cIdentifierProblems,
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  type Path,
  problemsAt,
  required,
  tooLong,
  tooMany,
  duplicate,
} from '../../../machinery/index.ts';

const longestDriver = 63;
const longestPool = 253;
const longestId = 32;

/** Drivers are named as those of storage are. */
export function* driverRules(name: string, at: Path): Iterable<FieldError> {
  if (!name) {
    yield required(at);
    return;
  }
  if (Buffer.byteLength(name) > longestDriver) yield tooLong(at, longestDriver);
  yield* problemsAt(dnsSubdomainProblems(name.toLowerCase()), name, at);
}

export function* poolRules(name: string, at: Path): Iterable<FieldError> {
  if (!name) {
    yield required(at);
    return;
  }
  if (Buffer.byteLength(name) > longestPool) yield tooLong(at, longestPool);
  for (const part of name.split('/')) yield* problemsAt(dnsSubdomainProblems(part), part, at);
}

/** Attributes and capacities: an identifier, with a domain before it or not. More than one slash passes, as upstream lets it. */
export function* qualifiedRules(name: string, at: Path): Iterable<FieldError> {
  const parts = name.split('/');
  if (parts.length === 1) yield* identifierRules(parts[0]!, at);
  if (parts.length !== 2) return;
  const [domain, id] = parts as [string, string];
  if (!domain) yield invalid(at, '', 'the domain must not be empty');
  else yield* driverRules(domain, at);
  if (!id) yield invalid(at, '', 'the name must not be empty');
  else yield* identifierRules(id, at);
}

export function* fullyQualifiedRules(name: string, at: Path): Iterable<FieldError> {
  yield* qualifiedRules(name, at);
  if (!name.includes('/')) {
    yield invalid(at, name, 'a fully qualified name must be a domain and a name separated by a slash');
  }
}

function* identifierRules(id: string, at: Path): Iterable<FieldError> {
  if (Buffer.byteLength(id) > longestId) yield tooLong(at, longestId);
  yield* problemsAt(cIdentifierProblems(id), id, at);
}

/** The key of a map as a path shows it. */
export function shortKey(key: string): string {
  const longest = longestDriver + 1 + longestId;
  if (key.length <= longest) return key;
  const left = longest - '...'.length;
  return `${key.slice(0, Math.ceil(left / 2))}...${key.slice(-Math.floor(left / 2))}`;
}

interface ListRules<T> {
  readonly most?: number;
  readonly each: (item: T, at: Path) => Iterable<FieldError>;
  /** What tells items apart, when it must. */
  readonly key?: (item: T) => unknown;
  /** What is told of one that is there already; its key unless given. */
  readonly shown?: (item: T) => unknown;
}

/** A list of so many items at most; one that is too long is looked at no further. */
export function* listRules<T>(
  items: readonly T[] | null | undefined,
  at: Path,
  rules: ListRules<T>,
): Iterable<FieldError> {
  const { most = Infinity, each, key, shown = key } = rules;
  const given = items ?? [];
  if (given.length > most) {
    yield tooMany(at, given.length, most);
    return;
  }
  for (const [i, item] of given.entries()) yield* each(item, at.index(i));
  if (!key) return;
  const seen = new Set<unknown>();
  for (const [i, item] of given.entries()) {
    const k = key(item);
    if (seen.has(k)) yield duplicate(at.index(i), shown!(item));
    seen.add(k);
  }
}
