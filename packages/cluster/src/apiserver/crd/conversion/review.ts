import { isObject, type JsonObject, type KubeObject, quoted } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';
import { headerType } from '../../handlers/said-type.ts';
import { jsonWord } from '../../handlers/json-text.ts';
import type { WebhookAnswer } from '../../webhook-client/index.ts';
import { readYaml } from '../../yaml/index.ts';
import { Misconversion } from './misconversion.ts';

const group = 'apiextensions.k8s.io';
const versions = ['v1', 'v1beta1'];
/** What upstream can read of the group. */
const kinds = ['ConversionReview', 'CustomResourceDefinition', 'CustomResourceDefinitionList'];

/** What a webhook is asked: to make objects those of another version. */
export interface ConversionReview {
  readonly apiVersion: string;
  readonly kind: 'ConversionReview';
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly KubeObject[];
  };
  /** Nothing; upstream says so. */
  readonly response: object;
}

/** In the first of the webhook's versions that is known. */
export function reviewOf(known: readonly string[], request: ConversionReview['request']): ConversionReview {
  const version = known.find((v) => versions.includes(v));
  if (version === undefined) throw new Error('no supported conversion review versions');
  return {
    kind: 'ConversionReview',
    apiVersion: `${group}/${version}`,
    request,
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
}

/** The objects that a webhook gave back: as many as it was asked for. Throws a `Misconversion`. */
export function convertedObjects(answer: WebhookAnswer, review: ConversionReview): readonly unknown[] {
  const { response, apiVersion = '', kind = '' } = readAnswer(answer, review);
  const malformed = (why: string) => new Misconversion('conversion_webhook_malformed_response_failure', why);
  const isFirst = review.apiVersion.endsWith('/v1beta1');
  if (!isFirst && (apiVersion !== review.apiVersion || kind !== review.kind)) {
    const got = `${apiVersion || '/'}, Kind=${kind}`;
    throw malformed(`expected webhook response of ${review.apiVersion}, Kind=${review.kind}, got ${got}`);
  }
  if (!isObject(response)) throw malformed('no response provided');
  const { uid = '', result, convertedObjects: objects } = response as Response;
  if (!isFirst && uid !== review.request.uid) {
    throw malformed(`expected response.uid=${quoted(review.request.uid)}, got ${quoted(uid)}`);
  }
  const { status = '', message } = result ?? {};
  if (status !== 'Success') throw malformed(message || `response.result.status was '${status}', not 'Success'`);
  const found = Array.isArray(objects) ? objects : [];
  const wanted = review.request.objects.length;
  if (found.length === wanted) return found;
  const why = `returned ${found.length} objects, expected ${wanted}`;
  throw new Misconversion('conversion_webhook_partial_response_failure', why, { says: 'what' });
}

interface Response {
  readonly uid?: string;
  readonly convertedObjects?: unknown;
  readonly result?: { readonly status?: string; readonly message?: string };
}

interface Answered {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly response?: unknown;
}

/** The answer as the kind of review that was asked. What it leaves out of its type is taken to be meant. */
function readAnswer(answer: WebhookAnswer, asked: ConversionReview): Answered {
  const unread = (why: string) => new Misconversion('conversion_webhook_call_failure', why);
  const { status, text, contentType } = answer;
  if (!text) throw unread(`0-length response with status code: ${status} and content type: ${contentType}`);
  let value: unknown;
  try {
    value = parsed(text);
  } catch (err) {
    throw unread(messageOf(err));
  }
  if (value !== null && !isObject(value)) {
    const why = `json: cannot unmarshal ${jsonWord(value)} into Go value of type ${headerType}`;
    throw unread(`couldn't get version/kind; json parse error: ${why}`);
  }
  const said = (value ?? {}) as JsonObject & Answered;
  const { apiVersion, kind } = { apiVersion: said.apiVersion || asked.apiVersion, kind: said.kind || asked.kind };
  if (apiVersion === asked.apiVersion && kind === asked.kind) return said;
  const version = versionOf(apiVersion);
  if (!versions.some((v) => apiVersion === `${group}/${v}`) || !kinds.includes(kind)) {
    const scheme = 'in scheme "pkg/runtime/scheme.go:111"';
    throw unread(`no kind ${quoted(kind)} is registered for version ${quoted(apiVersion)} ${scheme}`);
  }
  throw unread(`converting (${version}.${kind}) to (${versionOf(asked.apiVersion)}.${asked.kind}): unknown conversion`);
}

const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** What is no JSON may still be YAML. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return readYaml(Buffer.from(text)).value;
  }
}
