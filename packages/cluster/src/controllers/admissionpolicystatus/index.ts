import { validatingAdmissionPolicy } from '@tiphys/sdk/api';
import { discover } from '@tiphys/sdk/client';
import { defineController } from '@tiphys/sdk/operator';
import { kindsAbout, paramKindOf } from './kinds-about.ts';
import { PublishedSchemas } from './published-schemas.ts';
import { warningsOf } from './warnings.ts';

/** Tells in the status of admission policies which of their expressions don't fit the kinds that they are about. */
export const admissionPolicyStatusController = defineController({
  name: 'validatingadmissionpolicy-status',
  component: 'validatingadmissionpolicy-status-controller',
  for: validatingAdmissionPolicy,

  async reconcile(policy, { client, signal }) {
    const { generation } = policy.metadata;
    if (policy.status.observedGeneration === generation) return;
    const schemas = new PublishedSchemas(client, signal);
    const about = kindsAbout(policy, await discover(client, { signal }));
    const kinds = await Promise.all(about.map(async (kind) => ({ kind, schema: await schemas.of(kind) })));
    const paramKind = paramKindOf(policy);
    const params = paramKind && ((await schemas.of(paramKind)) ?? null);
    const warnings = warningsOf(policy, { kinds, params });
    const status = {
      observedGeneration: generation!,
      typeChecking: warnings.length ? { expressionWarnings: warnings } : {},
    };
    await client.apply(validatingAdmissionPolicy, { metadata: { name: policy.metadata.name! }, status } as never, {
      subresource: 'status',
      fieldManager: 'validatingadmissionpolicy-status',
      force: true,
      signal,
    });
  },
});
