import {
  duplicate,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  invalidUnshown,
  isObject,
  lineOf,
  own,
  type Path,
  required,
} from '../../../machinery/index.ts';
import { CostLimitError } from '../../program.ts';
import { isError, Optional, type Result, type Value } from '../../values.ts';
import { Correlation, itemWithKeysOf } from '../correlation.ts';
import { escapeIdentifier } from '../escaping.ts';
import { readBySchema } from '../schema-values.ts';
import { type DeclaredType, declaredType } from '../declared-type.ts';
import { isEmbedded, itemsOf, type StructuralSchema, valuesOf, withTypeAndNames } from '../structural-schema.ts';
import { type CompiledRule, compileRules, type CostlyProgram } from './rule-compiler.ts';

/** What one evaluation may cost, and all of an object's together. */
export const perCallBudget = 1_000_000;
const perObjectBudget = 10_000_000;

export interface RuleQuestion {
  readonly object: unknown;
  /** What it was before: rules about changes are asked only then, and what stays the same may stay wrong. */
  readonly oldObject?: unknown;
  /** Where it stands; nothing for a whole resource. */
  readonly at?: Path;
  /** What was wrong before and stays the same is told of all the same. */
  readonly isStrict?: boolean;
}

export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** What is wrong, and was before. */
  readonly warnings: readonly string[];
}

/** All rules of a schema, compiled once. */
export class RuleSet {
  readonly #root: RuleNode;
  readonly #schema: StructuralSchema;

  private constructor(root: RuleNode, schema: StructuralSchema) {
    this.#root = root;
    this.#schema = schema;
  }

  /** Nothing when the schema has no rules. */
  static of(schema: StructuralSchema, { isRoot = true } = {}): RuleSet | undefined {
    const type = hasRules(schema) ? declaredType(schema, { name: 'selfType', isRoot }) : undefined;
    const root = RuleNode.of({ schema, type, isRoot });
    return root && new RuleSet(root, schema);
  }

  evaluate({ object, oldObject, at, isStrict = false }: RuleQuestion): RuleFindings {
    const run = new Run();
    const correlates = oldObject !== undefined && !isStrict;
    const correlation = correlates ? new Correlation(object, oldObject, this.#schema) : undefined;
    this.#root.evaluate(run, { at, value: object, old: oldObject, ratchet: { current: correlation } });
    return run;
  }
}

const hasRules = (schema: StructuralSchema | undefined): boolean =>
  schema !== undefined &&
  (Boolean(schema['x-kubernetes-validations']?.length) ||
    hasRules(itemsOf(schema)) ||
    hasRules(valuesOf(schema)) ||
    Object.values(schema.properties ?? {}).some(hasRules));

/** What is found in one object, until the budget is used up. */
class Run implements RuleFindings {
  readonly errors: FieldError[] = [];
  readonly warnings: string[] = [];
  #budget = perObjectBudget;

  get isOver(): boolean {
    return this.#budget < 0;
  }

  get isExhausted(): boolean {
    return this.#budget <= 0;
  }

  /** Whether a cost could be paid; nothing is looked at after one that couldn't. */
  pay(cost: number): boolean {
    this.#budget = cost > this.#budget ? -1 : this.#budget - cost;
    return !this.isOver;
  }

  end(error: FieldError): void {
    this.errors.push(error);
    this.#budget = -1;
  }
}

/** How far a value can be compared with what it was. */
interface Ratchet {
  readonly current?: Correlation | undefined;
  /** The nearest value around it that can. */
  readonly around?: Correlation | undefined;
}

const isUnchanged = ({ current, around }: Ratchet): boolean => (current ?? around)?.isSame ?? false;

function ratchetAt({ current, around }: Ratchet, step: string | number): Ratchet {
  if (!current) return { around };
  // Kind and version are those of the request on both sides.
  if (!around && (step === 'apiVersion' || step === 'kind')) return {};
  return { current: typeof step === 'string' ? current.key(step) : current.index(step), around: current };
}

interface Place {
  readonly at: Path | undefined;
  readonly value: unknown;
  readonly old: unknown;
  readonly ratchet: Ratchet;
}

interface NodeSource {
  readonly schema: StructuralSchema;
  readonly type: DeclaredType | undefined;
  readonly isRoot: boolean;
}

class RuleNode {
  readonly #rules: readonly CompiledRule[];
  readonly #schema: StructuralSchema;
  readonly #items: RuleNode | undefined;
  readonly #values: RuleNode | undefined;
  readonly #properties: ReadonlyMap<string, RuleNode>;

  private constructor(schema: StructuralSchema, type: DeclaredType, isRoot: boolean) {
    this.#schema = isRoot ? withTypeAndNames(schema) : schema;
    this.#rules = compileRules(schema, type);
    this.#items = inside(itemsOf(schema), type.element);
    this.#values = inside(valuesOf(schema), type.element);
    const properties = new Map<string, RuleNode>();
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const node = inside(property, fieldType(name, property, type));
      if (node) properties.set(name, node);
    }
    this.#properties = properties;
  }

  static of({ schema, type, isRoot }: NodeSource): RuleNode | undefined {
    return type && hasRules(schema) ? new RuleNode(schema, type, isRoot) : undefined;
  }

  evaluate(run: Run, place: Place): void {
    const { at, value, old, ratchet } = place;
    if (value === null || value === undefined) return;
    this.#evaluateRules(run, place);
    if (run.isOver) return;
    if (Array.isArray(value)) this.#evaluateItems(run, { ...place, value });
    else if (typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        if (run.isOver) return;
        const node = this.#values ?? this.#properties.get(name);
        node?.evaluate(run, {
          at: this.#values ? keyed(at, name) : child(at, name),
          value: inner,
          old: isObject(old) ? own(old, name) : undefined,
          ratchet: ratchetAt(ratchet, name),
        });
      }
    }
  }

  #evaluateItems(run: Run, { at, value, old, ratchet }: Place & { readonly value: readonly unknown[] }): void {
    if (!this.#items) return;
    for (const [i, item] of value.entries()) {
      if (run.isOver) return;
      this.#items.evaluate(run, {
        at: at!.index(i),
        value: item,
        old: itemWithKeysOf(item, old, this.#schema),
        ratchet: ratchetAt(ratchet, i),
      });
    }
  }

  #evaluateRules(run: Run, { at, value, old, ratchet }: Place): void {
    if (!this.#rules.length) return;
    const { type = '' } = this.#schema;
    const where = at ?? nowhere;
    if (run.isExhausted) {
      run.end(invalid(where, type, outOfBudget));
      return;
    }
    const self = readBySchema(value, this.#schema);
    const before = isAbsent(old) ? undefined : readBySchema(old, this.#schema);
    for (const compiled of this.#rules) {
      if (run.isOver) return;
      const { rule, compiled: compilation, usesOldSelf } = compiled;
      if (!compilation) continue;
      if ('problem' in compilation) {
        run.errors.push(invalid(where, type, `rule compile error: ${compilation.problem}`));
        continue;
      }
      if (usesOldSelf && before === undefined && !rule.optionalOldSelf) continue;
      const variables: Variables = new Map([['self', self]]);
      const oldSelf = rule.optionalOldSelf ? optional(before) : before;
      if (oldSelf !== undefined) variables.set('oldSelf', oldSelf);
      const holds = ask(run, compilation, { variables, where, type, rule: compiled });
      if (holds !== false) continue;
      const error = refusal(run, { compiled, variables, at, value, type });
      if (!usesOldSelf && isUnchanged(ratchet)) run.warnings.push(lineOf(error));
      else run.errors.push(error);
    }
  }
}

const nowhere = '<nil>';
const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

type Variables = Map<string, Result>;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const optional = (before: Result | undefined): Result =>
  before === undefined ? Optional.none : isError(before) ? before : Optional.of(before);

const child = (at: Path | undefined, name: string): Path => at?.child(name) ?? field(name);
const keyed = (at: Path | undefined, name: string): Path => at?.key(name) ?? field(`[${name}]`);

const inside = (schema: StructuralSchema | undefined, type: DeclaredType | undefined): RuleNode | undefined =>
  schema && RuleNode.of({ schema, type, isRoot: isEmbedded(schema) });

/** Properties whose names are no identifiers are seen by rules of their own alone. */
function fieldType(name: string, property: StructuralSchema, type: DeclaredType): DeclaredType | undefined {
  const identifier = escapeIdentifier(name);
  if (identifier !== undefined) return type.fields?.get(identifier);
  return declaredType(property, { name: 'selfType', isRoot: isEmbedded(property) });
}

interface Asked {
  readonly variables: Variables;
  readonly where: Path | string;
  readonly type: string;
  readonly rule: CompiledRule;
}

/** The rule's answer; nothing when it gave none, and why was told. */
function ask(run: Run, { program }: CostlyProgram, { variables, where, type, rule }: Asked): Value | undefined {
  const { result, cost } = program.eval(variables, { budget: perCallBudget });
  if (!run.pay(cost)) {
    run.errors.push(invalid(where, type, outOfBudget));
    return undefined;
  }
  if (!isError(result)) return result;
  const { message } = result;
  const shown = shownRule(rule);
  if (result instanceof CostLimitError) {
    const why = 'no further validation rules will be run due to call cost exceeds limit for rule';
    run.end(invalid(where, type, `'${message}': ${why}: ${shown}`));
  } else if (message.startsWith('no such overload')) {
    const why = 'call arguments did not match a supported operator, function or macro signature for rule';
    run.errors.push(invalid(where, type, `'${message}': ${why}: ${shown}`));
  } else run.errors.push(invalid(where, type, `${message} evaluating rule: ${shown}`));
  return undefined;
}

const shownRule = ({ rule: { rule, message } }: CompiledRule): string => (message || rule).trim();

interface Refused {
  readonly compiled: CompiledRule;
  readonly variables: Variables;
  readonly at: Path | undefined;
  readonly value: unknown;
  readonly type: string;
}

function refusal(run: Run, { compiled, variables, at, value, type }: Refused): FieldError {
  const where = (compiled.path ? child(at, compiled.path) : at) ?? nowhere;
  const said = messageOf(run, compiled, variables);
  if (said && 'fatal' in said) {
    run.pay(Infinity);
    return invalid(where, type, said.fatal);
  }
  const { message } = compiled.rule;
  const detail = said?.text ?? (message ? message.trim() : `failed rule: ${shownRule(compiled)}`);
  const isUnshown = type === 'object' || type === 'array';
  switch (compiled.rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenAt(where, detail);
    case 'FieldValueRequired':
      return required(where, detail);
    case 'FieldValueDuplicate':
      return isUnshown
        ? { type: 'FieldValueDuplicate', field: String(where), message: 'Duplicate value' }
        : duplicate(where, value);
    default:
      return isUnshown ? invalidUnshown(where, detail) : invalid(where, value, detail);
  }
}

const longestMessage = 5 * 1024;

/** What a rule's expression makes of its refusal; a message that can't be had is no reason to let an object pass. */
function messageOf(
  run: Run,
  { message, rule: { messageExpression = '' } }: CompiledRule,
  variables: Variables,
): { readonly text: string } | { readonly fatal: string } | undefined {
  if (!message || 'problem' in message) return undefined;
  const { result, cost } = message.program.eval(variables, { budget: perCallBudget });
  if (!run.pay(cost)) {
    return {
      fatal:
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
    };
  }
  if (result instanceof CostLimitError) {
    const why = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
    return { fatal: `${why}: ${JSON.stringify(messageExpression)}` };
  }
  const text = typeof result === 'string' ? result.trim() : '';
  const isGood = text && Buffer.byteLength(text) <= longestMessage && !text.includes('\n');
  return isGood ? { text } : undefined;
}
