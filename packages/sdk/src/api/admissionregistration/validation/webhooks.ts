import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  duplicate,
  equal,
  field,
  type FieldError,
  invalid,
  isRefused,
  notSupported,
  oneOfThese,
  type Path,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import { validateLabelSelector } from '../../meta/label-selector-rules.ts';
import type { MutatingWebhook } from '../mutatingwebhookconfiguration.ts';
import type { ValidatingWebhook } from '../validatingwebhookconfiguration.ts';
import { clientConfigRules } from './client-config.ts';
import { matchConditionRules } from './match-conditions.ts';
import { matchPolicies } from './match-resources.ts';
import { ruleRules } from './rules.ts';

type Webhook = ValidatingWebhook & Partial<Pick<MutatingWebhook, 'reinvocationPolicy'>>;

const reviewVersions = ['v1', 'v1beta1'];
const harmless = ['None', 'NoneOnDryRun'];
const allSideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const longestTimeout = 30;

/** What a stored object did is let pass when it goes on doing it. */
interface Leniency {
  readonly sideEffects: boolean;
  readonly reviewVersions: boolean;
  readonly sameNames: boolean;
  readonly invalidLabelValues: boolean;
  readonly matchConditions: boolean;
}

export function* webhookRules(
  webhooks: readonly Webhook[] | undefined,
  old: readonly Webhook[] | undefined,
  isUpdate: boolean,
): Iterable<FieldError> {
  const given = webhooks ?? [];
  const lenient = leniency(given, isUpdate ? (old ?? []) : undefined);
  const names = new Set<string>();
  for (const [i, webhook] of given.entries()) {
    const at = field('webhooks').index(i);
    yield* oneWebhook(webhook, at, lenient);
    yield* reviewVersionRules(webhook.admissionReviewVersions ?? [], at.child('admissionReviewVersions'), lenient);
    if (lenient.sameNames || !webhook.name) continue;
    if (names.has(webhook.name)) yield duplicate(at.child('name'), webhook.name);
    names.add(webhook.name);
  }
}

function leniency(next: readonly Webhook[], old: readonly Webhook[] | undefined): Leniency {
  if (!old) {
    return {
      sideEffects: false,
      reviewVersions: false,
      sameNames: false,
      invalidLabelValues: false,
      matchConditions: false,
    };
  }
  return {
    sideEffects: !old.every((h) => harmless.includes(h.sideEffects ?? '')),
    reviewVersions: old.some(
      ({ admissionReviewVersions: v }) => v?.length && !v.some((x) => reviewVersions.includes(x)),
    ),
    sameNames: new Set(old.map((h) => h.name)).size < old.length,
    invalidLabelValues: old.some((h) => isRefused(selectorRules(h, field('')))),
    matchConditions:
      next.length === old.length && next.every((h, i) => equal(h.matchConditions, old[i]!.matchConditions)),
  };
}

function* selectorRules(
  { namespaceSelector, objectSelector }: Webhook,
  at: Path,
  allowInvalidValues = false,
): Iterable<FieldError> {
  yield* validateLabelSelector(namespaceSelector, at.child('namespaceSelector'), { allowInvalidValues });
  yield* validateLabelSelector(objectSelector, at.child('objectSelector'), { allowInvalidValues });
}

function* oneWebhook(webhook: Webhook, at: Path, lenient: Leniency): Iterable<FieldError> {
  const { name, rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds, reinvocationPolicy } = webhook;
  yield* fullyQualifiedName(name, at.child('name'));
  for (const [i, rule] of rules.entries()) yield* ruleRules(rule, at.child('rules').index(i));
  yield* oneOfThese(failurePolicy, ['Fail', 'Ignore'], at.child('failurePolicy'));
  yield* oneOfThese(matchPolicy, matchPolicies, at.child('matchPolicy'));
  const allowed = lenient.sideEffects ? allSideEffects : harmless;
  const here = at.child('sideEffects');
  if (sideEffects === null) yield required(here, `must specify one of ${allowed.join(', ')}`);
  else if (!allowed.includes(sideEffects)) yield notSupported(here, sideEffects, allowed);
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > longestTimeout)) {
    const detail = `the timeout value must be between 1 and ${longestTimeout} seconds`;
    yield invalid(at.child('timeoutSeconds'), timeoutSeconds, detail);
  }
  yield* selectorRules(webhook, at, lenient.invalidLabelValues);
  yield* oneOfThese(reinvocationPolicy, ['IfNeeded', 'Never'], at.child('reinvocationPolicy'));
  yield* clientConfigRules(webhook.clientConfig, at.child('clientConfig'));
  if (!lenient.matchConditions) yield* matchConditionRules(webhook.matchConditions, at.child('matchConditions'));
}

function* fullyQualifiedName(name: string, at: Path): Iterable<FieldError> {
  const problems = dnsSubdomainProblems(name);
  if (!name) yield required(at);
  else if (problems.length) yield invalid(at, name, problems.join(','));
  else if (name.split('.').length < 3) {
    yield invalid(at, name, 'should be a domain with at least three segments separated by dots');
  }
}

function* reviewVersionRules(versions: readonly string[], at: Path, lenient: Leniency): Iterable<FieldError> {
  if (!versions.length) {
    yield required(at, `must specify one of ${reviewVersions.join(', ')}`);
    return;
  }
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    if (seen.has(version)) yield invalid(at.index(i), version, 'duplicate version');
    else yield* problemsAt(dns1035LabelProblems(version), version, at.index(i));
    seen.add(version);
  }
  if (!lenient.reviewVersions && !versions.some((v) => reviewVersions.includes(v))) {
    yield invalid(at, versions, `must include at least one of ${reviewVersions.join(', ')}`);
  }
}
