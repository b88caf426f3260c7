import type { AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';

const everything: AdmissionPlugin['matches'] = {
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  resources: ['*/*'],
};

/** Is there for who asks for it, and has nothing to say. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', matches: everything };

export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  matches: everything,
  admit(a) {
    throw refuse(a, 'admission control is denying all modifications');
  },
  validate(a) {
    throw refuse(a, 'admission control is denying all modifications');
  },
};
