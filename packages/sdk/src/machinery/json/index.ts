export { findDuplicateKeys } from './duplicate-keys.ts';
export { kindWord, printValue } from './print-value.ts';
export { syntaxProblem } from './syntax-problem.ts';
