import type { ArgumentToEstimate, CallEstimate, CallToEstimate, Estimate } from '../declarations.ts';
import { either, exactly, product, scaled, sum } from './estimates.ts';

/**
 * What the standard functions may cost, by overload, apart from their arguments' own costs: those not named here cost 1. Upstream's
 * limits on definitions are drawn with these very numbers.
 */

const perCharacter = 0.1;
const perPatternCharacter = 0.25;

const costing = (cost: Estimate, resultSize?: Estimate): CallEstimate => (resultSize ? { cost, resultSize } : { cost });

const first = ({ target, args }: CallToEstimate): ArgumentToEstimate => target ?? args[0]!;

/** Reading a text once. */
const reading = (size: Estimate): Estimate => scaled(size, perCharacter);

type EstimateOf = (call: CallToEstimate) => CallEstimate;

const readingArgument: EstimateOf = ({ args }) => costing(reading(args[0]!.size));

/** As far as the shorter one goes. */
const comparing: EstimateOf = ({ args: [left, right] }) => {
  const max = Math.min(left!.size.max, right!.size.max);
  return costing(reading({ min: max > 0 ? 1 : 0, max }));
};

const adding: EstimateOf = ({ args: [left, right] }) => {
  const size = sum(left!.size, right!.size);
  return costing(reading(size), size);
};

/** One more character, so that a pattern's cost shows on an empty text too. */
const matching: EstimateOf = ({ target, args: [pattern] }) =>
  costing(product(reading(sum(target!.size, exactly(1))), scaled(pattern!.size, perPatternCharacter)));

const estimates: Readonly<Record<string, EstimateOf>> = {
  string_format: ({ target }) => costing(reading(target!.size)),
  string_to_bytes: (call) => {
    const { size } = first(call);
    return costing(reading(size), { min: size.min, max: size.max * 4 });
  },
  bytes_to_string: (call) => {
    const { size } = first(call);
    return costing(reading(size), { min: Math.floor(size.min / 4), max: size.max });
  },
  strings_quote: ({ args: [text] }) => {
    const { min, max } = text!.size;
    return costing(reading(text!.size), { min: min + 2, max: max * 2 + 2 });
  },
  starts_with_string: readingArgument,
  ends_with_string: readingArgument,
  in_list: ({ args: [, list] }) => costing(list!.size),
  matches_string: matching,
  contains_string: ({ target, args: [part] }) => costing(product(reading(target!.size), reading(part!.size))),
  add_string: adding,
  add_bytes: adding,
  add_list: ({ args: [left, right] }) => costing(exactly(1), sum(left!.size, right!.size)),
  conditional: ({ args: [, yes, no] }) => costing(exactly(0), either(yes!.size, no!.size)),
};

const compared = /^(equals|not_equals|(less|greater)(_equals)?_(string|bytes))$/;

export function standardEstimate(call: CallToEstimate): CallEstimate {
  const { overload } = call;
  if (compared.test(overload)) return comparing(call);
  return Object.hasOwn(estimates, overload) ? estimates[overload]!(call) : costing(exactly(1));
}
