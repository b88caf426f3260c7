import type { CallEstimate, CallToEstimate, Estimate, FunctionDecl, Overload } from '../declarations.ts';
import type { Type } from '../types.ts';
import type { Result } from '../values.ts';
import { exactly, scaled } from './estimates.ts';
import { sizeOf } from './sizes.ts';

/** Words in which function libraries are written down. */

type Costs = Pick<Overload, 'cost' | 'estimate'>;
type Call = NonNullable<Overload['call']>;

/** Where it isn't known before which overload a call is, it costs the same as any of them. */
export function fn(name: string, ...overloads: readonly Overload[]): FunctionDecl {
  const [first, second] = overloads;
  return { name, overloads, ...(second && first?.cost && { cost: first.cost }) };
}

/** Where it isn't known before which overload a call is, it costs as little as any call. */
export const fnByOverload = (name: string, ...overloads: readonly Overload[]): FunctionDecl => ({ name, overloads });

interface Signature extends Costs {
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Its parameters are of the kinds declared: the checker and the evaluator see to it. */
  readonly call?: (...args: never[]) => Result;
}

export const overload = (id: string, { call, ...rest }: Signature): Overload => ({
  id,
  ...rest,
  ...(call && { call: call as Call }),
});

export const member = (id: string, signature: Signature): Overload => ({ ...overload(id, signature), member: true });

const charged = (cost: Estimate, resultSize?: Estimate): CallEstimate => (resultSize ? { cost, resultSize } : { cost });

/** Which of a call's values a cost depends on: the receiver counts as the first where there is one. */
const argument = (call: CallToEstimate, index: number) => [...(call.target ? [call.target] : []), ...call.args][index];

/** The price of reading a text once, which is a tenth of a unit a character. */
export const perCharacter = 0.1;

/** Costs of reading the first argument, a text, so many times; the result may be as long. */
export const reading = ({ times = 1, keepsSize = false }: { times?: number; keepsSize?: boolean } = {}): Costs => ({
  cost: ([text]) => Math.ceil(sizeOf(text!) * times * perCharacter),
  estimate: (call) => {
    const size = argument(call, 0)!.size;
    return charged(scaled(size, times * perCharacter), keepsSize ? size : undefined);
  },
});

/** The same cost whatever the arguments. */
export const costing = (cost: number): Costs => ({ cost: () => cost, estimate: () => charged(exactly(cost)) });
