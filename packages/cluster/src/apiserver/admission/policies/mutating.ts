import {
  mutatingAdmissionPolicy,
  type MutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  type MutatingAdmissionPolicyBinding,
} from '@tiphys/sdk/api';
import { configurationOf, evaluateAll, operationsOf, type PolicyInput } from '@tiphys/sdk/cel';
import {
  type JsonObject,
  jsonPatch,
  type JsonPatchOperation,
  type KubeObject,
  StatusError,
} from '@tiphys/sdk/machinery';
import { type AnyKind, mergeConfiguration } from '@tiphys/sdk/schema';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { formsOf } from '../forms.ts';
import { refuse } from '../refuse.ts';
import { decodedAs, rewrite } from '../rewrite.ts';
import { compiledMutation, type CompiledMutation } from './compiled.ts';
import { conditionsHold } from './conditions.ts';
import { isExempt } from './exempt.ts';
import { type Match, matchOf } from './match.ts';
import { paramsOf, paramSource } from './params.ts';
import { inputOf } from './request.ts';
import { evaluated, type PolicyWorld } from './world.ts';

/** A policy that is to change a write, under a binding, with a parameter. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding: MutatingAdmissionPolicyBinding;
  readonly match: Match;
  readonly params: KubeObject | undefined;
}

interface Failure {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding?: MutatingAdmissionPolicyBinding;
  readonly message: string;
  readonly reason: string;
}

const budget = 10_000_000;

/** Changes writes as the policies say that are bound. */
export function mutatingAdmissionPolicies(world: PolicyWorld): AdmissionPlugin {
  /** Writes that are looked at a second time, after others may have answered to what policies did. */
  const seen = new WeakSet<AdmissionAttributes>();
  return {
    name: 'MutatingAdmissionPolicy',
    featureGate: 'MutatingAdmissionPolicy',
    matches: { operations: ['CREATE', 'UPDATE', 'CONNECT'], resources: ['*/*'] },
    isIdle: () => !world.objects.has(mutatingAdmissionPolicyBinding),

    async admit(attributes) {
      if (isExempt(attributes) || !attributes.object) return;
      const isAgain = seen.has(attributes);
      seen.add(attributes);
      const failures: Failure[] = [];
      let hasChanged = false;
      for (const invocation of await invocationsOf(attributes, world, failures)) {
        if (isAgain && invocation.policy.spec.reinvocationPolicy !== 'IfNeeded') continue;
        hasChanged = (await invoke(invocation, attributes, { world, failures })) || hasChanged;
      }
      const told = failures.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore');
      if (told.length) throw refusalOf(told, attributes);
      return hasChanged ? 'look again' : undefined;
    },
  };
}

async function invocationsOf(
  attributes: AdmissionAttributes,
  world: PolicyWorld,
  failures: Failure[],
): Promise<readonly Invocation[]> {
  const bindings = world.objects.list(mutatingAdmissionPolicyBinding);
  const invocations: Invocation[] = [];
  for (const policy of world.objects.list(mutatingAdmissionPolicy)) {
    const bound = bindings.filter((b) => b.spec.policyName === policy.metadata.name);
    const match = bound.length ? matchOf(policy.spec.matchConstraints, attributes, world) : undefined;
    if (!match) continue;
    let source;
    try {
      source = await paramSource(policy.spec.paramKind, world);
    } catch (err) {
      failures.push({ policy, message: `failed to configure policy: ${(err as Error).message}`, reason: '' });
      continue;
    }
    for (const binding of bound) {
      if (!matchOf(binding.spec.matchResources, attributes, world)) continue;
      const { namespace } = attributes;
      try {
        const found = await paramsOf({ source, paramRef: binding.spec.paramRef, namespace });
        invocations.push(...found.map((params) => ({ policy, binding, match, params })));
      } catch (err) {
        const message = `failed to configure binding: ${(err as Error).message}`;
        failures.push({ policy, binding, message, reason: '' });
      }
    }
  }
  return invocations;
}

/** Whether the object was written anew, be it to what it was. */
async function invoke(
  { policy, binding, match, params }: Invocation,
  attributes: AdmissionAttributes,
  { world, failures }: { readonly world: PolicyWorld; readonly failures: Failure[] },
): Promise<boolean> {
  const compiled = compiledMutation(policy);
  let hasChanged = false;
  const guarded = async (act: () => boolean | Promise<boolean>): Promise<boolean> => {
    try {
      return await act();
    } catch (err) {
      if (err instanceof StatusError) throw err;
      failures.push({ policy, binding, message: (err as Error).message, reason: 'Invalid' });
      return false;
    }
  };
  const { conditions, variables } = compiled;
  const evaluate = async <T>(act: (input: PolicyInput) => T): Promise<T> => {
    const forms = await formsOf(attributes, match.kind);
    return evaluated(world, (w) => act(inputOf(attributes, { match, params, forms }, w)));
  };
  if (!(await guarded(() => evaluate((input) => conditionsHold(conditions, input, variables))))) return false;
  for (const { form, expression } of compiled.mutations) {
    const applied = await guarded(async () => {
      const { object, outcome } = await evaluate((input) => {
        const { outcomes } = evaluateAll([expression], input, { variables, budget });
        return { object: input.object as KubeObject, outcome: outcomes[0] };
      });
      if (!outcome || 'error' in outcome) throw new Error(outcome?.error);
      await rewrite(attributes, changedBy(form, outcome.value, { object, kind: match.kind }), match.kind);
      return true;
    });
    hasChanged = applied || hasChanged;
  }
  return hasChanged;
}

type Form = CompiledMutation['mutations'][number]['form'];
type Said = Parameters<typeof configurationOf>[0];

function changedBy(form: Form, said: Said, { object, kind }: { object: KubeObject; kind: AnyKind }): KubeObject {
  if (form === 'jsonPatch') return decodedAs(kind, patched(object, operationsOf(said)));
  const { apiVersion, kind: name, ...live } = object as KubeObject & JsonObject;
  try {
    const merged = mergeConfiguration(kind.schema.shape, live as JsonObject, configurationOf(said) as JsonObject);
    return decodedAs(kind, { apiVersion, kind: name, ...merged });
  } catch (err) {
    if (err instanceof StatusError) throw err;
    throw new Error(`error applying patch: ${(err as Error).message}`, { cause: err });
  }
}

/** A test that fails leaves the object as it is. */
function patched(object: KubeObject, operations: readonly JsonPatchOperation[]): unknown {
  let document: unknown = object;
  for (const operation of operations) {
    try {
      document = jsonPatch(document as JsonObject, [operation]);
    } catch (err) {
      if (operation.op === 'test') return object;
      throw new Error(`JSON Patch: ${whyNot(operation)}`, { cause: err });
    }
  }
  return document;
}

const whyNot = ({ op, path }: JsonPatchOperation): string =>
  op === 'remove'
    ? `error in remove for path: '${path}': Unable to remove nonexistent key: ${path.slice(path.lastIndexOf('/') + 1)}: missing value`
    : `${op} operation does not apply: doc is missing ${op === 'add' ? 'path: ' : 'key: '}${op === 'add' ? JSON.stringify(path) : path}: missing value`;

function refusalOf(failures: readonly Failure[], attributes: AdmissionAttributes): StatusError {
  const messages = failures.map(
    ({ policy, binding, message }) =>
      `policy ${binding ? `'${policy.metadata.name}' with binding '${binding.metadata.name}'` : JSON.stringify(policy.metadata.name)} denied request: ${message}`,
  );
  const { status } = refuse(attributes, '');
  return new StatusError(403, failures[0]!.reason || 'Forbidden', messages[0]!, {
    ...status.details,
    causes: messages.map((message) => ({ message })),
  });
}
