import {
  caselessLongNameProblems,
  duplicate,
  equal,
  field,
  type FieldError,
  invalid,
  longNameProblems,
  type Path,
  problemsAt,
  required,
  tooLong,
  tooMany,
} from '../../../machinery/index.ts';
import { validateConditions } from '../../meta/condition-rules.ts';
import type { Condition } from '../../meta/condition.ts';
import type {
  PoolStatus,
  ResourcePoolStatusRequest,
  ResourcePoolStatusRequestSpec,
} from '../resourcepoolstatusrequest.ts';
import { listRules } from './names.ts';

const limits = { least: 1, most: 1000 };
const mostPools = 1000;
const longestPool = 253;
const mostConditions = 10;
const longestProblem = 256;

export function* poolStatusSpecRules({ driver, poolName, limit }: ResourcePoolStatusRequestSpec): Iterable<FieldError> {
  const at = field('spec');
  yield* driverNameRules(driver, at.child('driver'));
  if (poolName !== undefined) yield* poolNameRules(poolName, at.child('poolName'));
  yield* leastRules(limit, limits.least, at.child('limit'));
  if (limit > limits.most) yield invalid(at.child('limit'), limit, `must be less than or equal to ${limits.most}`);
}

/** It is answered once and for all; what somebody changes is looked at even then. */
export function* poolStatusRules(
  { status }: ResourcePoolStatusRequest,
  { status: before }: ResourcePoolStatusRequest,
): Iterable<FieldError> {
  const at = field('status');
  if (!status || equal(status, before)) return;
  if (!before) yield* validateConditions(status.conditions, at.child('conditions'));
  const { pools = [], conditions = [], poolCount } = status;
  if (poolCount === undefined) yield required(at.child('poolCount'));
  else if (poolCount !== before?.poolCount) yield* leastRules(poolCount, 0, at.child('poolCount'));
  if (!equal(pools, before?.pools ?? [])) {
    yield* listRules(pools, at.child('pools'), { most: mostPools, each: onePoolRules });
  }
  if (equal(conditions, before?.conditions ?? [])) return;
  if (conditions.length > mostConditions) yield tooMany(at.child('conditions'), conditions.length, mostConditions);
  else yield* uniqueTypes(conditions, at.child('conditions'));
}

function* uniqueTypes(conditions: readonly Condition[], at: Path): Iterable<FieldError> {
  for (const [i, c] of conditions.entries()) {
    if (conditions.findIndex(({ type }) => type === c.type) < i) yield duplicate(at.index(i), c);
  }
}

function* onePoolRules(pool: PoolStatus, at: Path): Iterable<FieldError> {
  const { driver, poolName, generation, resourceSliceCount, nodeName, validationError } = pool;
  yield* driverNameRules(driver, at.child('driver'));
  if (!poolName) yield required(at.child('poolName'));
  else yield* poolNameRules(poolName, at.child('poolName'));
  if (!generation) yield required(at.child('generation'));
  else yield* leastRules(generation, 0, at.child('generation'));
  yield* leastRules(resourceSliceCount, 1, at.child('resourceSliceCount'));
  for (const name of ['totalDevices', 'allocatedDevices', 'availableDevices', 'unavailableDevices'] as const) {
    yield* leastRules(pool[name], 0, at.child(name));
  }
  if (nodeName !== undefined) yield* problemsAt(longNameProblems(nodeName), nodeName, at.child('nodeName'));
  if (Buffer.byteLength(validationError ?? '') > longestProblem) {
    yield tooLong(at.child('validationError'), longestProblem);
  }
}

// The declared rules of names: other words than those that the older kinds of the group have.

const driverNameRules = (name: string, at: Path): Iterable<FieldError> =>
  name ? problemsAt(caselessLongNameProblems(name), name, at) : [required(at)];

function* poolNameRules(name: string, at: Path): Iterable<FieldError> {
  if (Buffer.byteLength(name) > longestPool) yield tooLong(at, longestPool);
  for (const [i, part] of name.split('/').entries()) {
    if (!part) yield invalid(at, name, `segment ${i}: must not be empty`);
    for (const p of part ? longNameProblems(part) : []) yield invalid(at, part, `segment ${i}: ${p}`);
  }
}

function* leastRules(value: number | undefined, least: number, at: Path): Iterable<FieldError> {
  if (value !== undefined && value < least) yield invalid(at, value, `must be greater than or equal to ${least}`);
}
