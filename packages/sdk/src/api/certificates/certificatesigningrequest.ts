import { deepCopy, timestamp } from '../../machinery/index.ts';
import { defineKind, type Kind, nameIsPathSegment, s, setFields, type WriteContext } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { humanDuration } from '../meta/human-duration.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { signingRequestChangeRules, signingRequestRules } from './signingrequest-rules.ts';
import {
  certificateSigningRequestSpec,
  certificateSigningRequestStatus,
  type CertificateSigningRequestStatus,
} from './signingrequest-spec.ts';

const certificateSigningRequestShape = s.struct('io.k8s.api.certificates.v1.CertificateSigningRequest', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, certificateSigningRequestSpec),
  status: s.held(3, certificateSigningRequestStatus),
});
export interface CertificateSigningRequest extends s.Out<typeof certificateSigningRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CertificateSigningRequestManifest extends s.In<typeof certificateSigningRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export const certificateSigningRequest: Kind<CertificateSigningRequest, CertificateSigningRequestManifest> = defineKind<
  CertificateSigningRequest,
  CertificateSigningRequestManifest
>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  shortNames: ['csr'],
  status: {
    prepareForUpdate(next, old, context) {
      keepDecisions(next, old);
      tellConditionTimes(next, old, context);
    },
    updateRules: ['metadata', 'object', 'metadataChange', 'change'],
    validate: signingRequestRules,
    validateChange: (next, old) => signingRequestChangeRules(next, old, 'status'),
  },
  parts: {
    approval: {
      prepareForUpdate(next, old, context) {
        tellConditionTimes(next, old, context);
        const { conditions } = next.status;
        next.spec = deepCopy(old.spec);
        next.status = deepCopy(old.status);
        setFields(certificateSigningRequestStatus, next.status, { conditions });
      },
      updateRules: ['metadata', 'object', 'metadataChange', 'change'],
      validate: signingRequestRules,
      validateChange: (next, old) => signingRequestChangeRules(next, old, 'approval'),
    },
  },
  resetFields: {
    '': [['spec'], ['status']],
    status: [['spec'], ['status', 'conditions']],
    approval: [['spec'], ['status', 'certificate']],
  },
  validateName: nameIsPathSegment,
  subresources: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] }],
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName },
  schema: certificateSigningRequestShape,

  prepareForCreate({ spec }, { user }) {
    const { name, uid, groups, extra } = user ?? { name: '', uid: '', groups: [], extra: {} };
    setFields(certificateSigningRequestSpec, spec, {
      username: name || undefined,
      uid: uid || undefined,
      groups: groups.length ? [...groups] : undefined,
      extra: Object.keys(extra).length ? deepCopy(extra as Record<string, string[]>) : undefined,
    });
  },
  prepareForUpdate(next, old) {
    next.spec = deepCopy(old.spec);
  },
  validate: signingRequestRules,
  validateChange: (next, old) => signingRequestChangeRules(next, old, 'whole'),
  columns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', type: 'string', field: 'spec.signerName', value: ({ spec }) => spec.signerName || '<none>' },
    {
      name: 'Requestor',
      type: 'string',
      description: 'Base64-encoded PKCS#10 CSR data',
      value: ({ spec }) => spec.username ?? '',
    },
    {
      name: 'RequestedDuration',
      type: 'string',
      field: 'spec.expirationSeconds',
      value: ({ spec }) =>
        spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    },
    {
      name: 'Condition',
      type: 'string',
      description: 'Conditions applied to the request, such as approval or denial.',
      value: ({ status }) => stateOf(status),
    },
  ],
});

/** Who signs can't decide: of what was decided it keeps what is there. */
function keepDecisions(next: CertificateSigningRequest, old: CertificateSigningRequest): void {
  const now = next.status.conditions ?? [];
  for (const type of ['Approved', 'Denied']) {
    const kept = (old.status.conditions ?? []).filter((c) => c.type === type);
    const places = [...now.keys()].filter((i) => now[i]!.type === type);
    if (kept.length === places.length) for (const [i, place] of places.entries()) now[place] = deepCopy(kept[i]!);
  }
}

function tellConditionTimes(
  next: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { now }: WriteContext,
): void {
  for (const c of next.status.conditions ?? []) {
    const same = old.status.conditions?.find((o) => o.type === c.type && o.status === c.status && o.lastTransitionTime);
    c.lastUpdateTime ??= timestamp(now);
    c.lastTransitionTime ??= same?.lastTransitionTime ?? timestamp(now);
  }
}

function stateOf({ conditions = [], certificate }: CertificateSigningRequestStatus): string {
  const has = (type: string) => conditions.some((c) => c.type === type);
  const decided = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decided}${has('Failed') ? ',Failed' : ''}${certificate ? ',Issued' : ''}`;
}
