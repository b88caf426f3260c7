import { Double, EvalError, type Int, intOf, type Result, Uint, type Value } from './values.ts';

/** Arithmetic on numbers. Ints and uints overflow into errors; doubles into infinities. */
export const intOverflow = new EvalError('integer overflow');
export const uintOverflow = new EvalError('unsigned integer overflow');
const divisionByZero = new EvalError('division by zero');
const modulusByZero = new EvalError('modulus by zero');

export const isInt = (value: Value): value is Int => typeof value === 'number' || typeof value === 'bigint';

type Operator = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo';

const maxUint = 2n ** 64n - 1n;

/** Nothing when the numbers' types have no such operator or differ. */
export function calculate(operator: Operator, a: Value, b: Value): Result | undefined {
  if (typeof a === 'number' && typeof b === 'number') return smallInts(operator, a, b);
  if (isInt(a)) return isInt(b) ? bigInts(operator, BigInt(a), BigInt(b)) : undefined;
  if (a instanceof Double) return b instanceof Double ? doubles(operator, a.value, b.value) : undefined;
  if (a instanceof Uint) return b instanceof Uint ? uints(operator, a.value, b.value) : undefined;
  return undefined;
}

/** Exact as long as the result is: otherwise once more with bigints. */
function smallInts(operator: Operator, a: number, b: number): Result {
  let result: number;
  switch (operator) {
    case 'add':
      result = a + b;
      break;
    case 'subtract':
      result = a - b;
      break;
    case 'multiply':
      result = a * b;
      break;
    case 'divide':
      if (b === 0) return divisionByZero;
      result = Math.trunc(a / b);
      break;
    case 'modulo':
      if (b === 0) return modulusByZero;
      result = a % b;
  }
  if (Number.isSafeInteger(result)) return result === 0 ? 0 : result;
  return bigInts(operator, BigInt(a), BigInt(b));
}

function bigInts(operator: Operator, a: bigint, b: bigint): Result {
  if (operator === 'divide' && b === 0n) return divisionByZero;
  if (operator === 'modulo') {
    if (b === 0n) return modulusByZero;
    if (b === -1n && intOf(-a) === undefined) return intOverflow;
  }
  return intOf(exactly(operator, a, b)) ?? intOverflow;
}

function uints(operator: Operator, a: bigint, b: bigint): Result {
  if (operator === 'divide' && b === 0n) return divisionByZero;
  if (operator === 'modulo' && b === 0n) return modulusByZero;
  return uintOf(exactly(operator, a, b)) ?? uintOverflow;
}

function exactly(operator: Operator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    case 'modulo':
      return a % b;
  }
}

function doubles(operator: Operator, a: number, b: number): Double | undefined {
  switch (operator) {
    case 'add':
      return new Double(a + b);
    case 'subtract':
      return new Double(a - b);
    case 'multiply':
      return new Double(a * b);
    case 'divide':
      return new Double(a / b);
    case 'modulo':
      return undefined;
  }
}

export function uintOf(value: bigint): Uint | undefined {
  return value < 0n || value > maxUint ? undefined : new Uint(value);
}

/** Below, equal or above; nothing when one isn't a number, and NaN when there is no order. */
export function compareNumbers(a: Value, b: Value): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const x = numeric(a);
  const y = numeric(b);
  if (x === undefined || y === undefined) return undefined;
  // Doubles meet ints and uints as doubles.
  if (a instanceof Double || b instanceof Double) {
    const [p, q] = [Number(x), Number(y)];
    if (Number.isNaN(p) || Number.isNaN(q)) return Number.NaN;
    return p < q ? -1 : p > q ? 1 : 0;
  }
  return x < y ? -1 : x > y ? 1 : 0;
}

const numeric = (value: Value): number | bigint | undefined => {
  if (isInt(value)) return value;
  return value instanceof Double || value instanceof Uint ? value.value : undefined;
};
