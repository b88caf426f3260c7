import type { Library } from '../env.ts';
import { standardMacros } from '../standard-macros.ts';
import { conversionFunctions } from './conversions.ts';
import { operatorFunctions } from './operators.ts';
import { stringFunctions } from './strings.ts';
import { timeFunctions } from './times.ts';

export { bindingsLibrary } from './bindings.ts';
export { homogeneousLiterals, wellFormedLiterals } from './literals.ts';
export { optionalLibrary } from './optionals.ts';
export { matches } from './strings.ts';
export { twoVariableLibrary } from './two-variables.ts';

/** What every environment has. */
export const standardLibrary: Library = {
  name: 'standard',
  macros: standardMacros,
  functions: [...operatorFunctions, ...conversionFunctions, ...stringFunctions, ...timeFunctions],
};
