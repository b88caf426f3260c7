import { isObject, type JsonObject, type KubeObject, quoted, StatusError } from '@tiphys/sdk/machinery';
import type { Forms } from '../forms.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import type { Match } from '../policies/match.ts';
import { requestOf } from '../policies/request.ts';

/** What a webhook is asked. */
export interface Review {
  readonly apiVersion: string;
  readonly kind: 'AdmissionReview';
  readonly request: JsonObject & { readonly uid: string };
}

/** What it answered, as far as that makes sense. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly status: JsonObject | undefined;
  readonly warnings: readonly string[];
  /** For the audit log. */
  readonly annotations: Readonly<Record<string, string>>;
  /** JSON Patch, as text. */
  readonly patch: string;
}

export function reviewOf(
  attributes: AdmissionAttributes,
  match: Match,
  { uid, versions, forms }: { readonly uid: string; readonly versions: readonly string[]; readonly forms: Forms },
): Review {
  const version = versions.find((v) => v === 'v1' || v === 'v1beta1') ?? 'v1';
  const shown = (o: KubeObject | undefined) => (o ?? null) as unknown as JsonObject;
  return {
    apiVersion: `admission.k8s.io/${version}`,
    kind: 'AdmissionReview',
    request: { ...requestOf(attributes, match), uid, object: shown(forms.object), oldObject: shown(forms.oldObject) },
  };
}

/** Reads an answer; throws an `Error` for one that is none to this review. */
export function answerOf(body: unknown, review: Review, { mutating }: { mutating: boolean }): ReviewAnswer {
  const {
    apiVersion = '',
    kind = '',
    response,
  } = (isObject(body) ? body : {}) as {
    apiVersion?: string;
    kind?: string;
    response?: JsonObject & {
      uid?: string;
      patch?: string;
      patchType?: string;
      warnings?: string[];
      auditAnnotations?: Record<string, string>;
      status?: JsonObject;
    };
  };
  if (!response) throw new Error('webhook response was absent');
  const isFirst = review.apiVersion === 'admission.k8s.io/v1beta1';
  const { patch = '', patchType, allowed } = response;
  if (!isFirst) {
    if (apiVersion !== review.apiVersion || kind !== review.kind) {
      const [want, got] = [`${review.apiVersion}, Kind=${review.kind}`, `${apiVersion || '/'}, Kind=${kind}`];
      throw new Error(`expected webhook response of ${want}, got ${got}`);
    }
    const { uid = '' } = response;
    if (uid !== review.request.uid) {
      throw new Error(`expected response.uid=${quoted(review.request.uid)}, got ${quoted(uid)}`);
    }
    const problem = patchProblem(patch, patchType, mutating);
    if (problem) throw new Error(problem);
  }
  return {
    allowed: allowed === true,
    status: response.status,
    warnings: response.warnings ?? [],
    annotations: response.auditAnnotations ?? {},
    patch: mutating ? Buffer.from(patch, 'base64').toString() : '',
  };
}

function patchProblem(patch: string, patchType: string | undefined, mutating: boolean): string | undefined {
  if (!mutating) {
    if (patch) return 'validating webhook may not return response.patch';
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType';
  }
  if (patch && patchType === undefined) return 'webhook returned response.patch but not response.patchType';
  if (!patch && patchType !== undefined) return 'webhook returned response.patchType but not response.patch';
  return patch && patchType !== 'JSONPatch'
    ? `webhook returned invalid response.patchType of ${quoted(patchType!)}`
    : undefined;
}

/** The refusal that a webhook asks for. */
export function rejection(name: string, { status }: ReviewAnswer): StatusError {
  const {
    code = 0,
    reason = '',
    message = '',
    details,
  } = (status ?? {}) as {
    code?: number;
    reason?: string;
    message?: string;
    details?: StatusError['status']['details'];
  };
  const by = `admission webhook ${quoted(name)} denied the request`;
  const why = message || reason;
  return new StatusError(Math.max(400, code), reason, why ? `${by}: ${why}` : `${by} without explanation`, details);
}
