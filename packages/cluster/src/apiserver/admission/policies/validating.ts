import {
  validatingAdmissionPolicy,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  type ValidatingAdmissionPolicyBinding,
} from '@tiphys/sdk/api';
import { evaluateAll, type Outcome, OutOfBudget, type PolicyInput } from '@tiphys/sdk/cel';
import { goJson, StatusError } from '@tiphys/sdk/machinery';
import { annotate } from '../annotate.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { type Forms, formsOf } from '../forms.ts';
import { refuse } from '../refuse.ts';
import { compiledValidation, type CompiledValidation } from './compiled.ts';
import { conditionsHold } from './conditions.ts';
import { matchOf } from './match.ts';
import { PolicyAnnotations } from './annotations.ts';
import { isExempt } from './exempt.ts';
import { paramsOf, paramSource } from './params.ts';
import { inputOf } from './request.ts';
import { evaluated, type PolicyWorld } from './world.ts';

/** Why a write isn't let pass, with the reason and status that it is to be told with. */
interface Denial {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding?: ValidatingAdmissionPolicyBinding;
  readonly message: string;
  readonly reason: string;
}

const budget = 10_000_000;
const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

/** Judges writes by the policies that are bound. */
export const validatingAdmissionPolicies = (world: PolicyWorld): AdmissionPlugin => ({
  name: 'ValidatingAdmissionPolicy',
  matches: { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], resources: ['*/*'] },
  isIdle: () => !world.objects.has(validatingAdmissionPolicyBinding),

  async validate(attributes) {
    if (isExempt(attributes)) return;
    const bindings = world.objects.list(validatingAdmissionPolicyBinding);
    const denials: Denial[] = [];
    for (const policy of world.objects.list(validatingAdmissionPolicy)) {
      const bound = bindings.filter((b) => b.spec.policyName === policy.metadata.name);
      denials.push(...(await denialsOf(policy, bound, attributes, world)));
    }
    const [first] = denials;
    if (first) throw refusalOf(first, attributes);
  },
});

async function denialsOf(
  policy: ValidatingAdmissionPolicy,
  bindings: readonly ValidatingAdmissionPolicyBinding[],
  attributes: AdmissionAttributes,
  world: PolicyWorld,
): Promise<readonly Denial[]> {
  const match = bindings.length ? matchOf(policy.spec.matchConstraints, attributes, world) : undefined;
  if (!match) return [];
  const denials: Denial[] = [];
  const annotations = new PolicyAnnotations();
  const isStrict = policy.spec.failurePolicy !== 'Ignore';
  let source;
  try {
    source = await paramSource(policy.spec.paramKind, world);
  } catch (err) {
    const message = `failed to configure policy: ${(err as Error).message}`;
    return isStrict ? [{ policy, message, reason: '' }] : [];
  }
  for (const binding of bindings) {
    if (!matchOf(binding.spec.matchResources, attributes, world)) continue;
    let params;
    try {
      params = await paramsOf({ source, paramRef: binding.spec.paramRef, namespace: attributes.namespace });
    } catch (err) {
      const message = `failed to configure binding: ${(err as Error).message}`;
      if (isStrict) denials.push({ policy, binding, message, reason: '' });
      continue;
    }
    let forms: Forms;
    try {
      forms = await formsOf(attributes, match.kind);
    } catch (err) {
      const message = `failed to configure binding: failed to convert object version: ${(err as Error).message}`;
      if (isStrict) denials.push({ policy, binding, message, reason: '' });
      continue;
    }
    for (const param of params) {
      const input = { match, params: param, forms };
      const judged = await evaluated(world, (w) => judge(policy, inputOf(attributes, input, w)));
      denials.push(...take(judged, { policy, binding, attributes }));
      for (const [key, value] of judged.annotations) annotations.add(key, value);
    }
  }
  annotations.tell(policy.metadata.name ?? '', attributes);
  return denials;
}

interface Judgement {
  /** What was found against the write, by validation. */
  readonly refusals: readonly Refusal[];
  /** What keeps the write out whatever the binding does with refusals. */
  readonly failures: readonly string[];
  /** For the audit log. */
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

interface Refusal {
  readonly message: string;
  readonly reason: string;
  /** Of the validation. */
  readonly index: number;
}

function judge(policy: ValidatingAdmissionPolicy, input: PolicyInput): Judgement {
  const isStrict = policy.spec.failurePolicy !== 'Ignore';
  const failed = (message: string): Judgement => ({
    refusals: isStrict ? [{ message, reason: '', index: 0 }] : [],
    failures: [],
    annotations: [],
  });
  const compiled = compiledValidation(policy);
  try {
    if (!conditionsHold(compiled.conditions, input, compiled.variables))
      return { refusals: [], failures: [], annotations: [] };
    const { access: _unasked, ...unasked } = input;
    const context = { variables: compiled.variables, budget };
    const { outcomes, remaining } = evaluateAll(compiled.validations, input, context);
    const messages = messagesOf(compiled, unasked, remaining);
    const refusals = outcomes.flatMap((outcome, i) => {
      const validation = policy.spec.validations![i]!;
      if ('error' in outcome) return isStrict ? [{ message: outcome.error, reason: '', index: i }] : [];
      if ('spent' in messages) {
        return isStrict ? [{ message: `failed messageExpression: ${messages.spent}`, reason: '', index: i }] : [];
      }
      if (outcome.value === true) return [];
      const message =
        said(messages.outcomes[i]) ||
        (validation.message ?? '').trim() ||
        `failed expression: ${validation.expression.trim()}`;
      return [{ message, reason: validation.reason ?? 'Invalid', index: i }];
    });
    const told = evaluateAll(compiled.annotations, unasked, context).outcomes;
    const failures = told.flatMap((o) => ('error' in o && isStrict ? [o.error] : []));
    const annotations = told.flatMap((o, i) => {
      const text = 'value' in o && typeof o.value === 'string' ? o.value.trim() : '';
      return text ? [[compiled.annotations[i]!.key, text] as const] : [];
    });
    return { refusals, failures, annotations };
  } catch (err) {
    return failed((err as Error).message);
  }
}

type Messages = { readonly outcomes: readonly (Outcome | undefined)[] } | { readonly spent: string };

function messagesOf({ messages, variables }: CompiledValidation, input: PolicyInput, left: number): Messages {
  let budgetLeft = left;
  try {
    const outcomes = messages.map((message) => {
      if (!message) return undefined;
      const {
        outcomes: [outcome],
        remaining,
      } = evaluateAll([message], input, { variables, budget: budgetLeft });
      budgetLeft = remaining;
      return outcome;
    });
    return { outcomes };
  } catch (err) {
    if (err instanceof OutOfBudget) return { spent: err.message };
    throw err;
  }
}

const longestMessage = 5 * 1024;

/** A message that says something, in one line and not too long. */
function said(outcome: Outcome | undefined): string {
  const text = outcome && 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text.includes('\n') || Buffer.byteLength(text) > longestMessage ? '' : text;
}

interface Bound {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
  readonly attributes: AdmissionAttributes;
}

/** Does with a judgement what the binding says; what is left is what denies the write. */
function take({ refusals, failures }: Judgement, { policy, binding, attributes }: Bound): readonly Denial[] {
  const actions = binding.spec.validationActions ?? [];
  const denials: Denial[] = [];
  for (const { message, reason, index } of refusals) {
    if (actions.includes('Audit')) {
      const [policyName, name] = [policy.metadata.name, binding.metadata.name];
      const failure = {
        message,
        policy: policyName,
        binding: name,
        expressionIndex: index,
        validationActions: actions,
      };
      annotate(attributes, 'validation.policy.admission.k8s.io/validation_failure', goJson([failure]));
    }
    if (actions.includes('Warn')) {
      const by = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      attributes.warn(`Validation failed for ${by}: ${message}`);
    }
    if (actions.includes('Deny')) denials.push({ policy, binding, message, reason });
  }
  return [...denials, ...failures.map((message) => ({ policy, binding, message, reason: '' }))];
}

function refusalOf({ policy, binding, message, reason }: Denial, attributes: AdmissionAttributes): StatusError {
  const by = binding ? ` with binding '${binding.metadata.name}'` : '';
  const text = `ValidatingAdmissionPolicy '${policy.metadata.name}'${by} denied request: ${message}`;
  const { status } = refuse(attributes, text);
  const said = reason || 'Invalid';
  return new StatusError(codes[said] ?? 422, said, status.message ?? '', {
    ...status.details,
    causes: [...(status.details?.causes ?? []), { message: text }],
  });
}
