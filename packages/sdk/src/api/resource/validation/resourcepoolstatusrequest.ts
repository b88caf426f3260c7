import {
  dnsSubdomainProblems,
  field,
  type FieldError,
  immutable,
  invalid,
  type Path,
  problemsAt,
  required,
  tooLong,
  tooMany,
} from '../../../machinery/index.ts';
import { validateConditions } from '../../meta/condition-rules.ts';
import type {
  PoolStatus,
  ResourcePoolStatusRequest,
  ResourcePoolStatusRequestSpec,
} from '../resourcepoolstatusrequest.ts';
import { driverRules, poolRules } from './names.ts';

const limits = { least: 1, most: 1000 };
const mostPools = 1000;
const mostConditions = 10;
const longestProblem = 256;

export function* poolStatusSpecRules({ driver, poolName, limit }: ResourcePoolStatusRequestSpec): Iterable<FieldError> {
  const at = field('spec');
  yield* driverRules(driver, at.child('driver'));
  if (poolName === '') yield* problemsAt(dnsSubdomainProblems(poolName), poolName, at.child('poolName'));
  else if (poolName !== undefined) yield* poolRules(poolName, at.child('poolName'));
  yield* leastRules(limit, limits.least, at.child('limit'));
  if (limit > limits.most) yield invalid(at.child('limit'), limit, `must be less than or equal to ${limits.most}`);
}

/** Answered once and for all. */
export function* poolStatusRules(
  { status }: ResourcePoolStatusRequest,
  old: ResourcePoolStatusRequest,
): Iterable<FieldError> {
  const at = field('status');
  if (old.status) return yield* immutable(status, old.status, at);
  if (!status) return;
  const { pools = [], conditions = [], poolCount } = status;
  yield* validateConditions(conditions, at.child('conditions'));
  if (poolCount === undefined) yield required(at.child('poolCount'));
  else yield* leastRules(poolCount, 0, at.child('poolCount'));
  if (pools.length > mostPools) yield tooMany(at.child('pools'), pools.length, mostPools);
  else for (const [i, pool] of pools.entries()) yield* onePoolRules(pool, at.child('pools').index(i));
  if (conditions.length > mostConditions) yield tooMany(at.child('conditions'), conditions.length, mostConditions);
}

function* onePoolRules(pool: PoolStatus, at: Path): Iterable<FieldError> {
  const { driver, poolName, generation, resourceSliceCount, nodeName, validationError } = pool;
  yield* driverRules(driver, at.child('driver'));
  yield* poolRules(poolName, at.child('poolName'));
  yield* leastRules(generation, 0, at.child('generation'));
  yield* leastRules(resourceSliceCount, 1, at.child('resourceSliceCount'));
  for (const name of ['totalDevices', 'allocatedDevices', 'availableDevices', 'unavailableDevices'] as const) {
    yield* leastRules(pool[name], 0, at.child(name));
  }
  if (nodeName !== undefined) yield* problemsAt(dnsSubdomainProblems(nodeName), nodeName, at.child('nodeName'));
  if (Buffer.byteLength(validationError ?? '') > longestProblem) {
    yield tooLong(at.child('validationError'), longestProblem);
  }
}

function* leastRules(value: number | undefined, least: number, at: Path): Iterable<FieldError> {
  if (value !== undefined && value < least) yield invalid(at, value, `must be greater than or equal to ${least}`);
}
