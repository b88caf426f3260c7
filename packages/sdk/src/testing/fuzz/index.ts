/** Sends code what nobody would: inputs that grow, by which code they reach, from a corpus that is kept. */
export { anySchema } from './any-schema.ts';
export { fuzz, fuzzOptions, type FuzzOptions, type FuzzTarget } from './fuzz.ts';
export { Recipe } from './recipe.ts';
export { refusedBy, refusedLaterBy } from './refused-by.ts';
