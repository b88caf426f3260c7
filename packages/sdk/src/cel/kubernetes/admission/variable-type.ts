import type { Type } from '../../types.ts';
import { declared, type DeclaredType } from '../declared-type.ts';

const plain = new Set(['any', 'bool', 'bytes', 'double', 'duration', 'int', 'null', 'string', 'timestamp', 'uint']);

/** What is said of a variable's type to the expressions after it: of values that only functions know, nothing. */
export function variableType(type: Type): DeclaredType {
  const [first, second] = type.parameters;
  if (type.kind === 'list') return declared.list(variableType(first!), Infinity);
  if (type.kind === 'map') return declared.map(variableType(second!), Infinity, variableType(first!));
  return plain.has(type.kind) && !type.nullable ? { type, minSize: 0, maxElements: 0 } : declared.dyn;
}
