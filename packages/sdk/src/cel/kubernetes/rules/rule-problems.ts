import { type FieldError, forbiddenAt, internalAt, invalid, type Path } from '../../../machinery/index.ts';
import { type DeclaredType, declaredType, maxCardinality } from '../declared-type.ts';
import { escapeIdentifier } from '../escaping.ts';
import { isEmbedded, itemsOf, type StructuralSchema, type ValidationRule, valuesOf } from '../structural-schema.ts';
import { type Compilation, type CompiledRule, compileRules } from './rule-compiler.ts';

const ruleCostLimit = 10_000_000;
const schemaCostLimit = 100_000_000;
const mostNamed = 4;

export interface RuleCheck {
  /** Whether nothing else is wrong with a schema: rules over one that makes no sense aren't looked at. */
  readonly isSound: (schema: StructuralSchema, at: Path) => boolean;
  /** What a definition was let have before it may keep, however much it costs. */
  readonly ignoreRuleCosts: boolean;
}

/** What is wrong with the rules in a resource's schema: those that don't compile, and those that may cost too much. */
export function* ruleProblems(schema: StructuralSchema, at: Path, check: RuleCheck): Iterable<FieldError> {
  const costs = new Costs();
  const walk = new RuleWalk(check, costs);
  yield* walk.look({ schema, at, type: undefined, isRoot: true, cardinality: 1, uncorrelated: undefined });
  yield* costs.problems(at);
}

/** What the rules of a schema cost together. */
class Costs {
  #total = 0;
  #expensive: { readonly at: Path; readonly cost: number }[] = [];

  add(at: Path, cost: number): void {
    this.#total += cost;
    if (cost < schemaCostLimit / 100) return;
    this.#expensive = [...this.#expensive, { at, cost }].sort((a, b) => b.cost - a.cost).slice(0, mostNamed);
  }

  *problems(at: Path): Iterable<FieldError> {
    if (this.#total <= schemaCostLimit) return;
    for (const rule of this.#expensive) {
      const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
      yield forbiddenAt(rule.at, why);
    }
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    yield forbiddenAt(at, exceeded(what, this.#total, schemaCostLimit));
  }
}

function exceeded(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const text = factor > 100 ? 'more than 100x' : `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${what} exceeds budget by factor of ${text} (${advice})`;
}

interface Node {
  readonly schema: StructuralSchema;
  readonly at: Path;
  /** Its type, where that is known from the schema around it. */
  readonly type: DeclaredType | undefined;
  readonly isRoot: boolean;
  /** How many such values an object holds at most; nothing for any number. */
  readonly cardinality: number | undefined;
  /** The list around it whose items can't be told apart from one version of an object to the next. */
  readonly uncorrelated: Path | undefined;
}

class RuleWalk {
  readonly #check: RuleCheck;
  readonly #costs: Costs;

  constructor(check: RuleCheck, costs: Costs) {
    this.#check = check;
    this.#costs = costs;
  }

  *look(node: Node): Iterable<FieldError> {
    const { schema, at, isRoot } = node;
    const rules = schema['x-kubernetes-validations'] ?? [];
    const type =
      node.type ??
      (rules.length ? declaredType(schema, { name: 'selfType', isRoot: isRoot || isEmbedded(schema) }) : undefined);
    for (const inner of innerNodes({ ...node, type })) yield* this.look(inner);
    if (!rules.length || !this.#check.isSound(schema, at)) return;
    const here = at.child('x-kubernetes-validations');
    if (!type) {
      const why = 'unable to convert structural schema to CEL declarations';
      const what = 'failed to construct type information for x-kubernetes-validations rules';
      yield internalAt(here, `internal error: ${what}: ${why}`);
      return;
    }
    for (const [i, rule] of compileRules(schema, type).entries()) {
      yield* this.#rule(rule, here.index(i), { ...node, type });
    }
  }

  *#rule(
    { rule, compiled, message, usesOldSelf }: CompiledRule,
    at: Path,
    { type, cardinality, uncorrelated }: Node & { readonly type: DeclaredType },
  ): Iterable<FieldError> {
    const ruleAt = at.child('rule');
    const cost = costOf(compiled) * (cardinality ?? maxCardinality(type));
    yield* this.#priced('estimated rule cost', ruleAt, cost);
    if (compiled && 'problem' in compiled) yield invalid(ruleAt, shown(rule), compiled.problem);
    const messageAt = at.child('messageExpression');
    if (message && 'problem' in message) yield invalid(messageAt, shown(rule), message.problem);
    else if (message) yield* this.#priced('estimated messageExpression cost', messageAt, costOf(message));
    if (usesOldSelf && uncorrelated) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated.toString()}`;
      yield invalid(ruleAt, rule.rule, why);
    } else if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
      const why = 'may not be set if oldSelf is not used in rule';
      yield invalid(at.child('optionalOldSelf'), rule.optionalOldSelf, why);
    }
  }

  *#priced(what: string, at: Path, cost: number): Iterable<FieldError> {
    if (!this.#check.ignoreRuleCosts && cost > ruleCostLimit)
      yield forbiddenAt(at, exceeded(what, cost, ruleCostLimit));
    this.#costs.add(at, cost);
  }
}

const costOf = (compiled: Compilation | undefined): number =>
  compiled && 'maxCost' in compiled ? compiled.maxCost : 0;

/** A rule as upstream's memory of it prints. */
const shown = ({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule) => ({
  Rule: rule,
  Message: message ?? '',
  MessageExpression: messageExpression ?? '',
  Reason: reason ?? null,
  FieldPath: fieldPath ?? '',
  OptionalOldSelf: optionalOldSelf ?? null,
});

function* innerNodes(node: Node): Iterable<Node> {
  const { schema, at, type, cardinality } = node;
  const factor = elementsOf(schema);
  const inside = {
    isRoot: false,
    cardinality: cardinality === undefined || factor === undefined ? undefined : cardinality * factor,
    uncorrelated: node.uncorrelated,
  };
  const values = valuesOf(schema);
  if (values) yield { ...inside, schema: values, at: at.child('additionalProperties'), type: type?.element };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const identifier = escapeIdentifier(name);
    const known = identifier === undefined ? undefined : type?.fields?.get(identifier);
    yield { ...inside, schema: property, at: at.child('properties').key(name), type: known };
  }
  const items = itemsOf(schema);
  if (!items) return;
  const isKeyed = schema['x-kubernetes-list-type'] === 'map';
  const uncorrelated = node.uncorrelated ?? (isKeyed ? undefined : at);
  yield { ...inside, uncorrelated, schema: items, at: at.child('items'), type: type?.element };
}

/** By how much a schema multiplies what is inside; nothing where it sets no bound. */
function elementsOf({ type, additionalProperties, maxProperties, maxItems }: StructuralSchema): number | undefined {
  const most =
    type === 'array' ? maxItems : type === 'object' && additionalProperties !== undefined ? maxProperties : 1;
  return most === undefined ? undefined : Math.max(0, most);
}
