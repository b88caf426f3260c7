import { compile } from '../compile.ts';
import type { Env } from '../env.ts';
import { bindingsLibrary } from '../library/index.ts';
import { types } from '../types.ts';
import { baseEnv } from './base-env.ts';
import { kubernetesCosts } from './costs.ts';
import { declared, type DeclaredType, maxElementsAt } from './declared-type.ts';
import { quantityType } from './library/quantity.ts';
import { objectTypesOf } from './object-types.ts';
import { planned } from './planned.ts';
import { estimateCost, type SizeAt } from './static-cost.ts';
import { typeText } from './type-text.ts';

const longestDomain = 63;
const longestId = 32;
const longestValue = 64;
const mostAttributes = 32;
/** What choosing a device may cost. */
const selectorCostLimit = 1_000_000;

const text = (maxElements: number): DeclaredType => ({ type: types.string, minSize: 2, maxElements });
const attribute: DeclaredType = { type: types.any, minSize: 1, maxElements: longestValue };
const quantity: DeclaredType = { type: quantityType, minSize: 8, maxElements: 0 };
const byName = (value: DeclaredType): DeclaredType =>
  declared.map(declared.map(value, mostAttributes, text(longestId)), mostAttributes, text(longestDomain));

/** The variable `device` of selectors. */
const device = declared.object(
  'kubernetes.DRADevice',
  new Map<string, DeclaredType>([
    ['driver', text(longestDomain)],
    ['allowMultipleAllocations', { ...declared.bool, maxElements: 1 }],
    ['attributes', byName(attribute)],
    ['capacity', byName(quantity)],
  ]),
);

let made: Env | undefined;
const env = (): Env =>
  (made ??= baseEnv().extend({
    libraries: [bindingsLibrary],
    variables: [{ name: 'device', type: device.type }],
    types: objectTypesOf(device),
  }));

const sizeAt: SizeAt = ([variable, ...path]) => {
  if (variable !== 'device') return undefined;
  const most = maxElementsAt(device, path) ?? attributeSize(path);
  return most === undefined ? undefined : { min: 0, max: most };
};

/** Attributes are named as fields, too. */
function attributeSize(path: readonly string[]): number | undefined {
  const [map, ...names] = path;
  return map === 'attributes' && names.length === 2 ? longestValue : undefined;
}

/** Why an expression selects no devices, and whether that is only since it would take too long. */
export function selectorProblem(
  expression: string,
): { readonly problem: string; readonly isTooCostly: boolean } | undefined {
  const checked = compile(env(), expression);
  const invalid = (problem: string) => ({ problem, isTooCostly: false });
  if (!checked.ast) return invalid(`compilation failed: ${checked.text}`);
  const { type } = checked.ast;
  if (type.kind !== 'bool' && type.kind !== 'any') {
    return invalid(`must evaluate to bool or the unknown type, not ${typeText(type)}`);
  }
  const plan = planned(env(), checked.ast);
  if ('problem' in plan) return invalid(`program instantiation failed: ${plan.problem}`);
  const { max } = estimateCost(checked.ast, { sizeAt, estimate: kubernetesCosts });
  return max > selectorCostLimit ? { problem: 'too complex, exceeds cost limit', isTooCostly: true } : undefined;
}
