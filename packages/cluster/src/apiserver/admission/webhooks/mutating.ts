import { type MutatingWebhook, mutatingWebhookConfiguration } from '@tiphys/sdk/api';
import {
  equal,
  goJson,
  internalError,
  type JsonObject,
  jsonPatch,
  type JsonPatchOperation,
  type KubeObject,
} from '@tiphys/sdk/machinery';
import { annotate } from '../annotate.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import type { Match } from '../policies/match.ts';
import { decodedAs, rewrite } from '../rewrite.ts';
import { askWebhook, type WebhookWorld } from './ask.ts';
import { formsFor, isAboutAdmission, matchOfWebhook, mutatingWebhooks, type Webhook } from './webhook.ts';

/** What happened to a write so far, for when it is looked at again. */
interface Progress {
  /** Those that want to see what others have changed since they were asked. */
  readonly asked: Set<string>;
  readonly toAskAgain: Set<string>;
  /** The object when the last of them was done. */
  last: string;
}

/** Asks the webhooks that may change writes, one after the other. */
export function mutatingWebhookAdmission(world: WebhookWorld): AdmissionPlugin {
  const progress = new WeakMap<AdmissionAttributes, Progress>();
  return {
    name: 'MutatingAdmissionWebhook',
    matches: { operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'], resources: ['*/*'] },
    isIdle: () => !world.objects.has(mutatingWebhookConfiguration),

    async admit(attributes) {
      const webhooks = isAboutAdmission(attributes) ? [] : mutatingWebhooks(world);
      if (!webhooks.length) return;
      const before = progress.get(attributes);
      const run = before ?? { asked: new Set<string>(), toAskAgain: new Set<string>(), last: '' };
      progress.set(attributes, run);
      if (before && before.last !== shown(attributes)) askAgain(run);
      let hasChanged = false;
      for (const [i, webhook] of webhooks.entries()) {
        if (before && !run.toAskAgain.has(webhook.id)) continue;
        const match = await matchOfWebhook(webhook, attributes, world);
        if (!match) continue;
        const place = `round_${before ? 1 : 0}_index_${i}`;
        if (await changes(webhook, attributes, { match, place, world })) {
          hasChanged = true;
          askAgain(run);
        }
        if (webhook.spec.reinvocationPolicy === 'IfNeeded') run.asked.add(webhook.id);
      }
      run.last = shown(attributes);
      return hasChanged ? 'look again' : undefined;
    },
  };
}

function askAgain({ asked, toAskAgain }: Progress): void {
  for (const id of asked) toAskAgain.add(id);
  asked.clear();
}

const shown = ({ object }: AdmissionAttributes): string => JSON.stringify(object ?? null);

interface Changing {
  readonly match: Match;
  /** As audit annotations say it. */
  readonly place: string;
  readonly world: WebhookWorld;
}

/** Whether a webhook made the object another one, which the audit log is told whatever happened. */
async function changes(
  webhook: Webhook<MutatingWebhook>,
  attributes: AdmissionAttributes,
  asking: Changing,
): Promise<boolean> {
  const { configuration, spec } = webhook;
  let mutated = false;
  try {
    mutated = await mutates(webhook, attributes, asking);
  } finally {
    const value = { configuration, webhook: spec.name, mutated };
    annotate(attributes, `mutation.webhook.admission.k8s.io/${asking.place}`, goJson(value));
  }
  return mutated;
}

async function mutates(
  webhook: Webhook<MutatingWebhook>,
  attributes: AdmissionAttributes,
  { match, place, world }: Changing,
): Promise<boolean> {
  const answer = await askWebhook(webhook, attributes, { match, mutating: true, place, world });
  const operations = answer?.patch ? operationsOf(answer.patch) : [];
  if (!operations.length) return false;
  const { object } = await formsFor(attributes, match);
  if (!object) {
    const { name } = webhook.spec;
    const why = 'attempted to modify the object, which is not supported for this operation';
    throw internalError(`admission webhook ${JSON.stringify(name)} ${why}`);
  }
  const patched = decodedAs(match.kind, patchedBy(object, operations));
  tellPatch(webhook, attributes, operations, place);
  if (equal(patched, decodedAs(match.kind, object))) return false;
  await rewrite(attributes, patched, match.kind);
  return true;
}

/** What was changed may be as secret as the object: it is for those who are shown that. */
function tellPatch(
  { configuration, spec }: Webhook,
  attributes: AdmissionAttributes,
  operations: readonly JsonPatchOperation[],
  place: string,
): void {
  if (!attributes.audit) return;
  const patch = operations.map((o) => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1))));
  const value = { configuration, webhook: spec.name, patch, patchType: 'JSONPatch' };
  annotate(attributes, `patch.webhook.admission.k8s.io/${place}`, goJson(value), 'Request');
}

function operationsOf(text: string): JsonPatchOperation[] {
  try {
    return JSON.parse(text) as JsonPatchOperation[];
  } catch (err) {
    throw internalError((err as Error).message);
  }
}

function patchedBy(object: KubeObject, operations: JsonPatchOperation[]): JsonObject {
  try {
    return jsonPatch(object as KubeObject & JsonObject, operations) as JsonObject;
  } catch (err) {
    throw internalError((err as Error).message);
  }
}
