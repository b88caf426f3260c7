import type { Library } from '../env.ts';
import { optionalLibrary, twoVariableLibrary } from '../library/index.ts';
import { authorizerFunctions } from './library/authorizer.ts';
import { cidrFunctions } from './library/cidr.ts';
import { extendedListFunctions } from './library/extended-lists.ts';
import { formatFunctions } from './library/format.ts';
import { ipFunctions } from './library/ip.ts';
import { listFunctions } from './library/lists.ts';
import { quantityFunctions } from './library/quantity.ts';
import { regexFunctions } from './library/regex.ts';
import { semverFunctions } from './library/semver.ts';
import { setFunctions } from './library/sets.ts';
import { stringFunctions } from './library/strings.ts';
import { urlFunctions } from './library/urls.ts';

/** The libraries of 1.36's base environment. All are older than the oldest version that a server can be rolled back to. */
export const kubernetesLibraries: readonly Library[] = [
  optionalLibrary,
  urlFunctions,
  regexFunctions,
  listFunctions,
  authorizerFunctions,
  quantityFunctions,
  stringFunctions,
  setFunctions,
  ipFunctions,
  cidrFunctions,
  formatFunctions,
  twoVariableLibrary,
  semverFunctions,
  extendedListFunctions,
];
