export { findDuplicateKeys } from './duplicate-keys.ts';
export { goJson, pageSafe } from './go-json.ts';
export { isPrintable, kindWord, printValue, quoted } from './print-value.ts';
export { syntaxProblem } from './syntax-problem.ts';
export { findWholeFloats, type WholeFloat } from './whole-floats.ts';
export { doubleText, isInt64, plainDoubleText, printNumber } from './go-number.ts';
