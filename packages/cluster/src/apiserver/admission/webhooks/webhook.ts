import {
  type MutatingWebhook,
  type MutatingWebhookConfiguration,
  mutatingWebhookConfiguration,
  type ValidatingWebhook,
  type ValidatingWebhookConfiguration,
  validatingWebhookConfiguration,
} from '@tiphys/sdk/api';
import { PolicyCompiler, type PolicyExpression } from '@tiphys/sdk/cel';
import { internalError, type StatusError } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import { keptByGeneration } from '../kept.ts';
import { type Forms, formsOf } from '../forms.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { conditionsHold } from '../policies/conditions.ts';
import { type Match, matchOf } from '../policies/match.ts';
import { inputOf } from '../policies/request.ts';
import { evaluated, type PolicyWorld } from '../policies/world.ts';
import { refuse } from '../refuse.ts';

/** A webhook with its match conditions, ready to be asked. */
export interface Webhook<W extends MutatingWebhook | ValidatingWebhook = MutatingWebhook | ValidatingWebhook> {
  /** Unlike any other's. */
  readonly id: string;
  /** The name of the configuration that it is of. */
  readonly configuration: string;
  readonly spec: W;
  readonly conditions: readonly PolicyExpression[];
}

type Configuration<W> = { metadata: { name?: string }; webhooks?: readonly W[] };

const compiled = <W extends MutatingWebhook | ValidatingWebhook>(configuration: Configuration<W>): Webhook<W>[] =>
  (configuration.webhooks ?? []).map((spec, i) => {
    const compiler = new PolicyCompiler();
    const conditions = (spec.matchConditions ?? []).map(({ expression }) => ({
      source: expression,
      compiled: compiler.compile(expression.trim(), 'condition'),
    }));
    const { name = '' } = configuration.metadata;
    return { id: `${name}/${spec.name}/${i}`, configuration: name, spec, conditions };
  });

const ofMutating = keptByGeneration((c: MutatingWebhookConfiguration) => compiled<MutatingWebhook>(c));
const ofValidating = keptByGeneration((c: ValidatingWebhookConfiguration) => compiled<ValidatingWebhook>(c));

const byName = (a: { metadata: { name?: string } }, b: typeof a): number =>
  (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;

export const mutatingWebhooks = ({ objects }: PolicyWorld): readonly Webhook<MutatingWebhook>[] =>
  objects.list(mutatingWebhookConfiguration).toSorted(byName).flatMap(ofMutating);

export const validatingWebhooks = ({ objects }: PolicyWorld): readonly Webhook<ValidatingWebhook>[] =>
  objects.list(validatingWebhookConfiguration).toSorted(byName).flatMap(ofValidating);

const configurations = new Set([
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]);

/** Nobody could ever take back a webhook that refuses everything. */
export const isAboutAdmission = ({ group, resource }: AdmissionAttributes): boolean =>
  group === 'admissionregistration.k8s.io' && configurations.has(resource);

/** The objects of a write as a webhook is told of them; throws a refusal when they can't be had, which upstream wraps twice. */
export async function formsFor(attributes: AdmissionAttributes, { kind }: Match): Promise<Forms> {
  try {
    return await formsOf(attributes, kind);
  } catch (err) {
    throw internalError(internalError(messageOf(err)).message);
  }
}

/** Whether a webhook is to be asked of a write, and as what; throws a refusal when nobody can tell. */
export async function matchOfWebhook(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  world: PolicyWorld,
): Promise<Match | undefined> {
  const { spec, conditions } = webhook;
  const { rules = [], namespaceSelector, objectSelector, matchPolicy, failurePolicy } = spec;
  if (!rules.length) return undefined;
  const constraints = { resourceRules: rules, namespaceSelector, objectSelector, matchPolicy };
  const match = matchOf(constraints as Parameters<typeof matchOf>[0], attributes, world);
  if (!match || !conditions.length) return match;
  const forms = await formsFor(attributes, match);
  try {
    const input = { match, params: undefined, forms };
    const holds = await evaluated(world, (w) => conditionsHold(conditions, inputOf(attributes, input, w), []));
    return holds ? match : undefined;
  } catch (err) {
    if (failurePolicy === 'Ignore') return undefined;
    throw refuse(attributes, (err as Error).message) satisfies StatusError;
  }
}
