import {
  localSubjectAccessReview,
  type NonResourceAttributes,
  type ResourceAttributes,
  selfSubjectAccessReview,
  type SelfSubjectAccessReview,
  subjectAccessReview,
  type SubjectAccessReview,
} from '@tiphys/sdk/api';
import { badRequest, type FieldError, type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import type { Action, Authorizer } from '../authz/authorizer.ts';
import type { RequestContext, UserInfo } from '../context.ts';
import { accessErrors, localErrors, selfErrors } from './access-review-rules.ts';
import type { Review } from './review.ts';
import { fieldSelectorOf, labelSelectorOf } from './selectors.ts';

interface Asked {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

/** May somebody do something? About anybody, about anybody in one namespace, and about who asks. */
export const accessReviews = (authorizer: Authorizer): readonly Review[] => [
  {
    kind: erase(subjectAccessReview),
    check: (asked) => refuseInvalid(accessErrors(asked as SubjectAccessReview)),
    answer: (asked) => judged(asked, authorizer, subjectOf(asked as SubjectAccessReview)),
  },
  {
    kind: erase(localSubjectAccessReview),
    check(asked, { info: { namespace } }: RequestContext) {
      refuseInvalid(localErrors(asked as SubjectAccessReview));
      if (asked.metadata.namespace !== namespace) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
      }
    },
    answer: (asked) => judged(asked, authorizer, subjectOf(asked as SubjectAccessReview)),
  },
  {
    kind: erase(selfSubjectAccessReview),
    check: (asked) => refuseInvalid(selfErrors(asked as SelfSubjectAccessReview)),
    answer: (asked, { user }) => judged(asked, authorizer, user),
  },
];

/** Upstream leaves the kind out of these. */
function refuseInvalid(found: Iterable<FieldError>): void {
  const errors = [...found];
  if (!errors.length) return;
  const group = 'authorization.k8s.io';
  const lines = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  throw new StatusError(
    422,
    'Invalid',
    `.${group} "" is invalid: ${lines.length > 1 ? `[${lines.join(', ')}]` : lines[0]}`,
    {
      group,
      causes: errors.map((e) => ({ reason: e.type, message: e.message, field: e.field })),
    },
  );
}

const subjectOf = ({ spec: { user = '', groups = [], uid, extra = {} } }: SubjectAccessReview): UserInfo => ({
  name: user,
  groups,
  extra,
  ...(uid && { uid }),
});

async function judged(asked: KubeObject, authorizer: Authorizer, user: UserInfo): Promise<KubeObject> {
  const { spec } = asked as unknown as { spec: Asked };
  const fields = fieldSelectorOf(spec.resourceAttributes?.fieldSelector);
  const labels = labelSelectorOf(spec.resourceAttributes?.labelSelector);
  const { decision, reason, error } = await authorizer({
    ...actionIn(spec, user),
    fieldSelector: fields.requirements,
    labelSelector: () => labels.requirements,
  });
  const problems = [error, fields.problem, labels.problem].filter(Boolean);
  return {
    ...asked,
    status: {
      allowed: decision === 'allow',
      ...(decision === 'deny' && { denied: true }),
      ...(reason && { reason }),
      ...(problems.length && { evaluationError: problems.join('; ') }),
    },
  } as KubeObject;
}

function actionIn({ resourceAttributes, nonResourceAttributes }: Asked, user: UserInfo): Action {
  const {
    namespace = '',
    verb = '',
    group = '',
    resource = '',
    subresource = '',
    name = '',
    version,
  } = resourceAttributes ?? {};
  const isResource = resourceAttributes !== undefined;
  const { path = '', verb: method = '' } = nonResourceAttributes ?? {};
  return {
    user,
    isResource,
    verb: isResource ? verb : method,
    group,
    resource,
    subresource,
    namespace,
    name,
    path,
    version: isResource ? version || '*' : '',
  };
}
