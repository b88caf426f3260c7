import { dnsLabelProblems, dnsSubdomainProblems } from '../../../machinery/index.ts';
import type { CallEstimate, CallToEstimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { type Type, types } from '../../types.ts';
import { EvalError, OpaqueValue, type Value } from '../../values.ts';
import { exactly, scaled, sum } from '../estimates.ts';
import { costing, fn, member } from '../functions.ts';
import { sizeOf } from '../sizes.ts';

/** What an expression asks an authorizer about. */
export interface AccessQuestion {
  /** Somebody else than the requester. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** Instead of a resource. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

export type AskAccess = (question: AccessQuestion) => AccessAnswer;

export const authorizerType = types.object('kubernetes.authorization.Authorizer');
const pathCheckType = types.object('kubernetes.authorization.PathCheck');
const groupCheckType = types.object('kubernetes.authorization.GroupCheck');
export const resourceCheckType = types.object('kubernetes.authorization.ResourceCheck');
const decisionType = types.object('kubernetes.authorization.Decision');

type Said = Omit<AccessQuestion, 'verb'>;

/** A question that is being put together; nothing is equal to it but itself. */
class Question extends OpaqueValue {
  readonly type: Type;
  readonly ask: AskAccess;
  readonly said: Said;

  constructor(type: Type, ask: AskAccess, said: Said = {}) {
    super();
    this.type = type;
    this.ask = ask;
    this.said = said;
  }

  with(more: Said, type: Type = this.type): Question {
    return new Question(type, this.ask, { ...this.said, ...more });
  }

  check(verb: string): DecisionValue {
    return new DecisionValue(this.ask({ ...this.said, verb }));
  }

  equals(other: Value): boolean | EvalError {
    return other instanceof OpaqueValue ? this === other : new EvalError('no such overload');
  }
}

class DecisionValue extends OpaqueValue {
  readonly type = decisionType;
  readonly answer: AccessAnswer;

  constructor(answer: AccessAnswer) {
    super();
    this.answer = answer;
  }

  equals(other: Value): boolean | EvalError {
    return other instanceof OpaqueValue ? this === other : new EvalError('no such overload');
  }
}

/** The variable `authorizer`. */
export const authorizerValue = (ask: AskAccess): OpaqueValue => new Question(authorizerType, ask);

/** The variable `authorizer.requestResource`. */
export const resourceCheckValue = (
  ask: AskAccess,
  resource: Required<Pick<AccessQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>>,
): OpaqueValue => new Question(resourceCheckType, ask, resource);

/** No more than two of them in an expression. */
const checkCost = 350_000;
const nominal = costing(1);

const step = (
  name: string,
  id: string,
  parameters: readonly Type[],
  call: (...args: never[]) => Question | EvalError,
) =>
  fn(
    name,
    member(id, {
      parameters,
      result: resultOf[name] ?? resourceCheckType,
      call,
      ...(name.endsWith('Selector') ? readingSelector : nominal),
    }),
  );

const resultOf: Readonly<Record<string, Type>> = {
  path: pathCheckType,
  group: groupCheckType,
  serviceAccount: authorizerType,
};

/** A selector is read and makes a list of requirements, of which each takes two characters at least. */
const readingSelector = {
  cost: ([, selector]: readonly Value[]) => selectorEstimate(exactly(sizeOf(selector!))).max,
  estimate: ({ args: [selector] }: CallToEstimate): CallEstimate => ({ cost: selectorEstimate(selector!.size) }),
};

const listCost = 10;
const structCost = 40;

const selectorEstimate = (length: CallEstimate['cost']): CallEstimate['cost'] =>
  sum(exactly(listCost), scaled(length, 0.1), scaled(scaled(length, 0.5), listCost + structCost));

function serviceAccount(authorizer: Question, namespace: string, name: string): Question | EvalError {
  if (dnsSubdomainProblems(name).length) return new EvalError('Invalid service account name');
  if (dnsLabelProblems(namespace).length) return new EvalError('Invalid service account namespace');
  return authorizer.with({ serviceAccount: { namespace, name } });
}

const named = (name: 'subresource' | 'namespace' | 'name') =>
  step(name, `resourcecheck_${name}`, [resourceCheckType, types.string], (check: Question, value: string) =>
    check.with({ [name]: value }),
  );

const selected = (name: 'fieldSelector' | 'labelSelector') =>
  step(name, `authorizer_${name.toLowerCase()}`, [resourceCheckType, types.string], (check: Question, value: string) =>
    check.with({ [name]: value }),
  );

const checked = (id: string, type: Type) =>
  member(id, {
    parameters: [type, types.string],
    result: decisionType,
    call: (question: Question, verb: string) => question.check(verb),
    ...costing(checkCost),
  });

const told = (name: string, result: Type, of: (answer: AccessAnswer) => Value) =>
  fn(
    name,
    member(`decision_${name}`, {
      parameters: [decisionType],
      result,
      call: ({ answer }: DecisionValue) => of(answer),
      ...nominal,
    }),
  );

export const authorizerFunctions: Library = {
  name: 'kubernetes.authz',
  functions: [
    step('path', 'authorizer_path', [authorizerType, types.string], (authorizer: Question, path: string) =>
      path.trim() ? authorizer.with({ path }, pathCheckType) : new EvalError('path must not be empty'),
    ),
    step('group', 'authorizer_group', [authorizerType, types.string], (authorizer: Question, group: string) =>
      authorizer.with({ group }, groupCheckType),
    ),
    step('serviceAccount', 'authorizer_serviceaccount', [authorizerType, types.string, types.string], serviceAccount),
    step('resource', 'groupcheck_resource', [groupCheckType, types.string], (group: Question, resource: string) =>
      resource.trim() ? group.with({ resource }, resourceCheckType) : new EvalError('resource must not be empty'),
    ),
    named('subresource'),
    named('namespace'),
    named('name'),
    selected('fieldSelector'),
    selected('labelSelector'),
    fn('check', checked('pathcheck_check', pathCheckType), checked('resourcecheck_check', resourceCheckType)),
    told('errored', types.bool, ({ error }) => error !== undefined),
    told('error', types.string, ({ error = '' }) => error),
    told('allowed', types.bool, ({ allowed }) => allowed),
    told('reason', types.string, ({ reason }) => reason),
  ],
};
