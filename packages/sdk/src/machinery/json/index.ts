export { findDuplicateKeys } from './duplicate-keys.ts';
export { isPrintable, kindWord, printValue, quoted } from './print-value.ts';
export { syntaxProblem } from './syntax-problem.ts';
