import { Counter, Histogram, type Registry } from '@tiphys/sdk/runtime';

/** What the DNS server tells of itself, by CoreDNS' names. */
export type DnsMetrics = ReturnType<typeof dnsMetrics>;

export function dnsMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'coredns_dns_requests_total',
      help: 'Counter of DNS requests made per protocol and type.',
      labelNames: ['proto', 'type'],
      registers,
    }),
    responses: new Counter({
      name: 'coredns_dns_responses_total',
      help: 'Counter of response status codes.',
      labelNames: ['rcode'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'coredns_dns_request_duration_seconds',
      help: 'Histogram of the time (in seconds) each request took.',
      buckets: [0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048],
      registers,
    }),
  };
}
