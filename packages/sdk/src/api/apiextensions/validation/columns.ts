import { type FieldError, invalid, type Path, required } from '../../../machinery/index.ts';
import type { CustomResourceColumnDefinition } from '../definition-spec.ts';
import { pathRules } from './subresources.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function* columnRules(column: CustomResourceColumnDefinition, here: Path): Iterable<FieldError> {
  const { name, type, format = '', jsonPath } = column;
  if (!name) yield required(here.child('name'));
  const oneOf = `must be one of ${columnTypes.join(',')}`;
  if (!type) yield required(here.child('type'), oneOf);
  else if (!columnTypes.includes(type)) yield invalid(here.child('type'), type, oneOf);
  if (format && !columnFormats.includes(format)) {
    yield invalid(here.child('format'), format, `must be one of ${columnFormats.join(',')}`);
  }
  if (!jsonPath) yield required(here.child('JSONPath'));
  else yield* pathRules(jsonPath, here.child('JSONPath'));
}
