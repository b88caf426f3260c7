import {
  dns1035LabelProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  required,
  requiredOneOf,
} from '../../../machinery/index.ts';
import { clientConfigRules } from '../../admissionregistration/validation/client-config.ts';
import { pemBlocks } from '../../meta/pem.ts';
import type { CustomResourceConversion } from '../definition-spec.ts';

const reviewVersions = ['v1', 'v1beta1'];

/** How objects of one version become objects of another. */
export function* conversionRules(
  conversion: CustomResourceConversion | undefined,
  old: CustomResourceConversion | undefined,
  here: Path,
): Iterable<FieldError> {
  if (!conversion) return;
  const { strategy, webhook } = conversion;
  yield* requiredOneOf(strategy, ['None', 'Webhook'], here.child('strategy'));
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    if (webhook?.clientConfig) yield forbiddenAt(here.child('webhookClientConfig'), why);
    if (versions.length) yield forbiddenAt(here.child('conversionReviewVersions'), why);
    return;
  }
  const client = here.child('webhookClientConfig');
  if (!webhook?.clientConfig) yield required(client, 'required when strategy is set to Webhook');
  else {
    yield* clientConfigRules(webhook.clientConfig, client);
    const { caBundle } = webhook.clientConfig;
    // What was broken from the start may stay so.
    if (holdsCertificates(old?.webhook?.clientConfig?.caBundle) && caBundle && !holdsCertificates(caBundle)) {
      const why = 'unable to load root certificates: unable to parse bytes as PEM block';
      yield invalid(client.child('caBundle'), caBundle, why);
    }
  }
  const before = old?.webhook?.conversionReviewVersions ?? [];
  const mustKnow = !before.length || before.some((v) => reviewVersions.includes(v));
  yield* reviewVersionRules(versions, here.child('conversionReviewVersions'), mustKnow);
}

/** Whether the webhook that converts, if there is one, can be told by the certificates that are given for it. */
export const isWebhookTellable = ({ webhook }: CustomResourceConversion = { strategy: 'None' }): boolean =>
  !webhook?.clientConfig?.caBundle || holdsCertificates(webhook.clientConfig.caBundle);

const holdsCertificates = (base64 = ''): boolean =>
  [...pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))].some(({ type }) => type === 'CERTIFICATE');

function* reviewVersionRules(versions: readonly string[], here: Path, mustKnow: boolean): Iterable<FieldError> {
  if (!versions.length) yield required(here);
  for (const [i, v] of versions.entries()) {
    if (versions.indexOf(v) < i) yield invalid(here.index(i), v, 'duplicate version');
    else for (const problem of dns1035LabelProblems(v)) yield invalid(here.index(i), v, problem);
  }
  if (mustKnow && versions.length && !versions.some((v) => reviewVersions.includes(v))) {
    yield invalid(here, versions, `must include at least one of ${reviewVersions.join(', ')}`);
  }
}
