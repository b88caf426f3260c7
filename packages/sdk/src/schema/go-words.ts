import type { Shape } from '../machinery/index.ts';

/** What upstream's decoder calls a JSON value in its messages. */
export function valueWord(v: unknown): string {
  if (Array.isArray(v)) return 'array';
  switch (typeof v) {
    case 'string':
      return 'string';
    case 'number':
      return Number.isInteger(v) ? 'number' : `number ${v}`;
    case 'boolean':
      return 'bool';
    default:
      return 'object';
  }
}

/** What upstream's decoder calls the type that a field wants. */
export function goTypeOf(shape: Shape): string {
  switch (shape.type) {
    case 'string':
      return 'string';
    case 'integer':
      return `int${shape.bits}`;
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'quantity':
      return 'resource.Quantity';
    case 'int-or-string':
      return 'intstr.IntOrString';
    case 'time':
      return shape.micro ? 'v1.MicroTime' : 'v1.Time';
    case 'bytes':
      return '[]uint8';
    case 'any':
      return 'runtime.RawExtension';
    case 'list':
      return shape.goName ?? `[]${goTypeOf(shape.items)}`;
    case 'map':
      return `map[string]${goTypeOf(shape.values)}`;
    case 'either':
    case 'struct': {
      const parts = shape.name.split('.');
      return `${parts.at(-2)}.${parts.at(-1)}`;
    }
  }
}
