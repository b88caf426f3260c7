export { findDuplicateKeys } from './duplicate-keys.ts';
export { isPrintable, kindWord, printValue, quoted } from './print-value.ts';
export { syntaxProblem } from './syntax-problem.ts';
export { findWholeFloats, type WholeFloat } from './whole-floats.ts';
export { isInt64, printFloat, printNumber } from './go-number.ts';
