import { type JsonObject, type Shape } from '../../machinery/index.ts';
import { configProblems } from './check.ts';
import { merge } from './merge.ts';
import { granularityOf, itemsOf, memberShape, membersOf } from './structure.ts';

/**
 * Lays a configuration over an object in nobody's name, as mutating policies do. Throws an `Error` in upstream's words for one that
 * doesn't fit the kind, or that would replace what can only be replaced as a whole.
 */
export function mergeConfiguration(shape: Shape, live: JsonObject, applied: JsonObject): JsonObject {
  const problems = configProblems(shape, applied);
  if (problems.length) {
    const said = problems.length === 1 ? problems[0]! : `errors:\n${problems.map((p) => `  ${p}`).join('\n')}`;
    throw new Error(`failed to convert patch object to typed object: ${said}`);
  }
  const atomics = [...atomicPaths(shape, applied, '')];
  if (atomics.length) {
    throw new Error(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`);
  }
  return merge(shape, live, applied) as JsonObject;
}

function* atomicPaths(shape: Shape, value: unknown, path: string): Iterable<string> {
  const isContainer = typeof value === 'object' && value !== null;
  if (!isContainer) return;
  if (granularityOf(shape) === 'leaf') yield path;
  if (shape.type === 'list') {
    for (const [i, item] of itemsOf(value).entries()) yield* atomicPaths(shape.items, item, `${path}[${i}]`);
  }
  if (shape.type !== 'struct' && shape.type !== 'map') return;
  for (const [name, member] of Object.entries(membersOf(value))) {
    yield* atomicPaths(memberShape(shape, name), member, `${path}.${name}`);
  }
}
