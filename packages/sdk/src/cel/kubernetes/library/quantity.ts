import type { Library } from '../../env.ts';
import { types } from '../../types.ts';
import { Double, EvalError, type Int, intOf, OpaqueValue, type Value } from '../../values.ts';
import { Amount, parseAmount } from '../amount.ts';
import { costing, fn, member, overload, reading } from '../functions.ts';

export const quantityType = types.object('kubernetes.Quantity');

class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  readonly amount: Amount;

  constructor(amount: Amount) {
    super();
    this.amount = amount;
  }

  equals(other: Value): boolean | EvalError {
    return other instanceof QuantityValue ? this.amount.compare(other.amount) === 0 : new EvalError('no such overload');
  }
}

export function readQuantity(text: string): QuantityValue | EvalError {
  try {
    return new QuantityValue(parseAmount(text));
  } catch (err) {
    return new EvalError((err as Error).message);
  }
}

function integerOf({ amount }: QuantityValue): Int | EvalError {
  const integer = amount.integer;
  return integer === undefined ? new EvalError('cannot convert value to integer') : intOf(integer)!;
}

const nominal = costing(1);

const comparison = (id: string, holds: (sign: number) => boolean) =>
  member(id, {
    parameters: [quantityType, quantityType],
    result: types.bool,
    call: (a: QuantityValue, b: QuantityValue) => holds(a.amount.compare(b.amount)),
    ...nominal,
  });

const arithmetic = (name: string, of: (a: Amount, b: Amount) => Amount) =>
  fn(
    name,
    member(`quantity_${name}`, {
      parameters: [quantityType, quantityType],
      result: quantityType,
      call: (a: QuantityValue, b: QuantityValue) => new QuantityValue(of(a.amount, b.amount)),
      ...nominal,
    }),
    member(`quantity_${name}_int`, {
      parameters: [quantityType, types.int],
      result: quantityType,
      call: (a: QuantityValue, b: Int) => new QuantityValue(of(a.amount, Amount.of(BigInt(b)))),
      ...nominal,
    }),
  );

export const quantityFunctions: Library = {
  name: 'kubernetes.quantity',
  functions: [
    fn(
      'quantity',
      overload('string_to_quantity', {
        parameters: [types.string],
        result: quantityType,
        call: readQuantity,
        ...reading(),
      }),
    ),
    fn(
      'isQuantity',
      overload('is_quantity_string', {
        parameters: [types.string],
        result: types.bool,
        call: (text: string) => readQuantity(text) instanceof QuantityValue,
        ...reading(),
      }),
    ),
    fn(
      'sign',
      // Declared as a function of one argument, not as a method, whatever upstream's documentation shows.
      overload('quantity_sign', {
        parameters: [quantityType],
        result: types.int,
        call: ({ amount }: QuantityValue) => amount.sign,
        ...nominal,
      }),
    ),
    fn(
      'isGreaterThan',
      comparison('quantity_is_greater_than', (sign) => sign > 0),
    ),
    fn(
      'isLessThan',
      comparison('quantity_is_less_than', (sign) => sign < 0),
    ),
    fn(
      'compareTo',
      member('quantity_compare_to', {
        parameters: [quantityType, quantityType],
        result: types.int,
        call: (a: QuantityValue, b: QuantityValue) => a.amount.compare(b.amount),
        ...nominal,
      }),
    ),
    fn(
      'asApproximateFloat',
      member('quantity_get_float', {
        parameters: [quantityType],
        result: types.double,
        call: ({ amount }: QuantityValue) => new Double(amount.approximation),
        ...nominal,
      }),
    ),
    fn(
      'asInteger',
      member('quantity_get_int', { parameters: [quantityType], result: types.int, call: integerOf, ...nominal }),
    ),
    fn(
      'isInteger',
      member('quantity_is_integer', {
        parameters: [quantityType],
        result: types.bool,
        call: ({ amount }: QuantityValue) => amount.integer !== undefined,
        ...nominal,
      }),
    ),
    arithmetic('add', (a, b) => a.plus(b)),
    arithmetic('sub', (a, b) => a.minus(b)),
  ],
};
