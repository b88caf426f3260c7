import {
  Double,
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';

/** As upstream calls the type of a value in the messages that name what implements it. */
export function goType(value: Value): string {
  if (value === null) return 'types.Null';
  if (typeof value === 'string') return 'types.String';
  if (typeof value === 'boolean') return 'types.Bool';
  if (typeof value !== 'object') return 'types.Int';
  if (value instanceof Uint) return 'types.Uint';
  if (value instanceof Double) return 'types.Double';
  if (value instanceof Uint8Array) return 'types.Bytes';
  if (value instanceof Timestamp) return 'types.Timestamp';
  if (value instanceof Duration) return 'types.Duration';
  if (value instanceof ListValue) return '*types.baseList';
  if (value instanceof MapValue) return '*types.baseMap';
  if (value instanceof OpaqueValue) return value.type.name;
  return value instanceof Optional ? '*types.Optional' : '*types.Type';
}
