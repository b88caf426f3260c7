/**
 * Where nothing and an empty list are the same, objects have neither. Upstream's messages tell which of the two was sent, so
 * decoding leaves a note on the struct: under a symbol, not enumerable, so that it is in no JSON, no comparison and no patch.
 */
const notes = Symbol('members that were given empty');

type Noted = { [notes]?: ReadonlyMap<string, unknown> };

export function noteEmpty(target: object, name: string, value: unknown): void {
  const all = new Map((target as Noted)[notes]).set(name, value);
  Object.defineProperty(target, notes, { value: all, enumerable: false, configurable: true });
}

/** Takes a member away as if nobody had sent it, not even empty. */
export function forget(target: object, name: string): void {
  if (Object.hasOwn(target, name)) delete (target as Record<string, unknown>)[name];
  if (!wasGivenEmpty(target, name)) return;
  const all = new Map((target as Noted)[notes]);
  all.delete(name);
  Object.defineProperty(target, notes, { value: all, enumerable: false, configurable: true });
}

/** For whoever copies structs. */
export function copyNotes(from: object, to: object): void {
  const value = (from as Noted)[notes];
  if (value) Object.defineProperty(to, notes, { value, enumerable: false, configurable: true });
}

/** A member as it was sent: empty where an empty one was, undefined where there was none. */
export const asGiven = <O extends object, K extends keyof O & string>(target: O, name: K): O[K] | undefined =>
  target[name] ?? ((target as Noted)[notes]?.get(name) as O[K] | undefined);

/** Whether anything in a value was sent and had nothing in it, and has nothing still: defaults fill some. */
export function holdsGivenEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Record<string, unknown>;
  const given = (value as Noted)[notes];
  if (given) for (const name of given.keys()) if (members[name] === undefined) return true;
  for (const name in members) if (holdsGivenEmpty(members[name])) return true;
  return false;
}

/** Whether a member was sent and had nothing in it. */
export const wasGivenEmpty = (target: object, name: string): boolean => (target as Noted)[notes]?.has(name) ?? false;
