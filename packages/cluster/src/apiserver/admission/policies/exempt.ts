import type { AdmissionAttributes } from '../plugin.ts';

const exempt: Readonly<Record<string, readonly string[]>> = {
  // Nobody could ever take back a policy that refuses everything.
  'admissionregistration.k8s.io': [
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
  ],
  // Nothing is stored.
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews'],
  'authorization.k8s.io': [
    'localsubjectaccessreviews',
    'selfsubjectaccessreviews',
    'selfsubjectrulesreviews',
    'subjectaccessreviews',
  ],
};

/** What no policy decides about. */
export const isExempt = ({ group, resource }: AdmissionAttributes): boolean =>
  exempt[group]?.includes(resource) ?? false;
