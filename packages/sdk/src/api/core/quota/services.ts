import type { Service } from '../service/service.ts';
import type { QuotaCounter } from './counter.ts';

const names = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];

export const serviceCounter: QuotaCounter = {
  concerns: (name) => names.includes(name),
  usage(object) {
    const { type, ports, allocateLoadBalancerNodePorts: allocates } = (object as Service).spec;
    const all = ports ?? [];
    const balanced = type === 'LoadBalancer';
    const counted = balanced && allocates === false ? all.filter((p) => p.nodePort) : all;
    return {
      'count/services': '1',
      services: '1',
      'services.loadbalancers': balanced ? '1' : '0',
      'services.nodeports': balanced || type === 'NodePort' ? String(counted.length) : '0',
    };
  },
  inScope: () => false,
};
