import { Env } from '../env.ts';
import { standardLibrary } from '../library/index.ts';
import { kubernetesLibraries } from './libraries.ts';
import { argumentValidator, oneTypeValidator } from './literal-check.ts';

let made: Env | undefined;

/**
 * What every expression in Kubernetes can say, before variables and types. Upstream has two of them, one for expressions that are
 * new and one for those that are stored already, which may use what the version before doesn't know; in 1.36 they have the same.
 */
export const baseEnv = (): Env =>
  (made ??= new Env({
    libraries: [
      standardLibrary,
      { name: 'literals', validators: [argumentValidator, oneTypeValidator] },
      ...kubernetesLibraries,
    ],
    crossTypeNumericComparisons: true,
    optionalSyntax: true,
    presenceTestHasCost: false,
  }));
