import {
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  oneOfThese,
  type Path,
  rangeProblem,
  required,
  requiredOneOf,
  typedString,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { conditionRules } from './condition-rules.ts';
import { differsFromMandatory, mandatoryPriorityLevels } from './mandatory.ts';
import {
  type LimitedPriorityLevelConfiguration,
  type LimitResponse,
  priorityLevelConfigurationSpec,
  type QueuingConfiguration,
} from './prioritylevel-spec.ts';
import type { PriorityLevelConfiguration } from './prioritylevelconfiguration.ts';

const mostQueues = 10_000_000;
/** Bits of a hash of which hands are dealt. */
const hashBits = 60;
const spec = field('spec');
/** How an older version kept shares of zero; no object has it. */
const zeroShares = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

/** Upstream's ValidatePriorityLevelConfiguration. */
export function* priorityLevelRules(level: PriorityLevelConfiguration): Iterable<FieldError> {
  if (level.metadata.annotations?.[zeroShares] !== undefined) {
    yield forbiddenAt(field('metadata', 'annotations'), `annotation '${zeroShares}' is forbidden`);
  }
  const name = level.metadata.name ?? '';
  yield* specRules(level, name);
  if (differsFromMandatory(mandatoryPriorityLevels.get(name), level.spec, exemptPart(name))) {
    const except = exemptPart(name) ? " except the 'spec.exempt' field" : '';
    const value = internalValue(priorityLevelConfigurationSpec, level.spec);
    yield invalid(spec, value, `spec of '${name}'${except} must equal the fixed value`);
  }
  yield* conditionRules(level.status.conditions);
}

/** How much what is exempt counts is for administrators to say. */
const exemptPart = (name: string): 'exempt' | undefined => (name === 'exempt' ? 'exempt' : undefined);

function* specRules({ spec: { type, limited, exempt } }: PriorityLevelConfiguration, name: string) {
  const at = spec.child('type');
  if ((name === 'exempt') !== (type === 'Exempt')) {
    yield invalid(at, typedString(type), "must be 'Exempt' if and only if `name` is 'exempt'");
  }
  if (type === 'Exempt') {
    if (limited) yield forbiddenAt(spec.child('limited'), 'must be nil if the type is not Limited');
    if (exempt) {
      const here = spec.child('exempt');
      yield* shareRules(exempt.nominalConcurrencyShares, here);
      yield* lendableRules(exempt.lendablePercent, here);
    }
  } else if (type === 'Limited') {
    if (exempt) yield forbiddenAt(spec.child('exempt'), 'must be nil if the type is Limited');
    if (!limited) yield required(spec.child('limited'), 'must not be empty when type is Limited');
    else yield* limitedRules(limited, spec.child('limited'));
  } else yield* requiredOneOf(type, ['Exempt', 'Limited'], at);
}

function* shareRules(shares: number | null | undefined, at: Path): Iterable<FieldError> {
  if ((shares ?? 0) < 0) yield invalid(at.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer');
}

function* lendableRules(percent: number | undefined, at: Path): Iterable<FieldError> {
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    yield invalid(at.child('lendablePercent'), percent, rangeProblem(0, 100));
  }
}

function* limitedRules(limited: LimitedPriorityLevelConfiguration, at: Path): Iterable<FieldError> {
  yield* shareRules(limited.nominalConcurrencyShares, at);
  yield* responseRules(limited.limitResponse, at.child('limitResponse'));
  yield* lendableRules(limited.lendablePercent, at);
  const { borrowingLimitPercent: borrowing = 0 } = limited;
  if (borrowing < 0) {
    yield invalid(at.child('borrowingLimitPercent'), borrowing, 'if specified, must be a non-negative integer');
  }
}

function* responseRules({ type, queuing }: LimitResponse, at: Path): Iterable<FieldError> {
  const here = at.child('queuing');
  if (type === 'Reject') {
    if (queuing) yield forbiddenAt(here, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (type === 'Queue') {
    if (!queuing) yield required(here, 'must not be empty if limited.limitResponse.type is Limited');
    else yield* queuingRules(queuing, here);
  } else if (!type) yield required(at.child('type'));
  else yield* oneOfThese(type, ['Queue', 'Reject'], at.child('type'));
}

function* queuingRules({ queues, handSize, queueLengthLimit }: QueuingConfiguration, at: Path): Iterable<FieldError> {
  if (queueLengthLimit <= 0) yield invalid(at.child('queueLengthLimit'), queueLengthLimit, 'must be positive');
  if (queues <= 0) yield invalid(at.child('queues'), queues, 'must be positive');
  else if (queues > mostQueues) yield invalid(at.child('queues'), queues, `must not be greater than ${mostQueues}`);

  const hand = at.child('handSize');
  if (handSize <= 0) yield invalid(hand, handSize, 'must be positive');
  else if (handSize > queues) yield invalid(hand, handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > hashBits) {
    const bits = `required entropy bits of deckSize ${queues} and handSize ${handSize}`;
    yield invalid(hand, handSize, `${bits} should not be greater than ${hashBits}`);
  }
}
