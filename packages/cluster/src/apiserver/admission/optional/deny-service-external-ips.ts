import type { Service } from '@tiphys/sdk/api';
import type { AdmissionPlugin } from '../plugin.ts';
import { refuse } from '../refuse.ts';

/** Nobody draws the traffic of an address to a service; those that do already go on. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['services'] },
  validate(a) {
    const [next, old] = [a.object, a.oldObject].map((o) => (o as Service | undefined)?.spec.externalIPs ?? []);
    if (next!.some((ip) => !old!.includes(ip))) {
      throw refuse(a, 'Use of external IPs is denied by admission control');
    }
  },
};
