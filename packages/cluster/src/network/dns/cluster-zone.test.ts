import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSliceManifest, ServiceManifest } from '@tiphys/sdk/api';
import { endpointSlice, service } from '@tiphys/sdk/api';
import type { EndpointSlice, Service } from '@tiphys/sdk/api';
import { decode } from '@tiphys/sdk/schema';
import { ClusterZone } from './cluster-zone.ts';
import { dnsServiceOf } from './dns-service.ts';
import type { Answer, DnsRecord, RecordType } from './message.ts';

const zone = (): ClusterZone => {
  const z = new ClusterZone({ domain: 'cluster.local', ttlSeconds: 30, clusterIP: '10.96.0.10' });
  z.setNamespace('default', true);
  put(z, { metadata: { namespace: 'default', name: 'web' }, spec: { clusterIP: '10.96.0.7', ports: [http, dns] } }, [
    { addressType: 'IPv4', ports: [{ ...http, port: 8080 }], endpoints: [{ addresses: ['10.244.0.9'] }] },
  ]);
  put(z, {
    metadata: { namespace: 'default', name: 'dual' },
    spec: { clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8', 'fd01:0::8'], ports: [http] },
  });
  put(z, { metadata: { namespace: 'default', name: 'db' }, spec: { clusterIP: 'None', ports: [http] } }, [
    {
      addressType: 'IPv4',
      ports: [{ ...http, port: 5432 }],
      endpoints: [
        { addresses: ['10.244.0.2'], hostname: 'db-0' },
        { addresses: ['10.244.0.3'] },
        { addresses: ['10.244.0.4'], conditions: { ready: false } },
      ],
    },
    {
      addressType: 'IPv6',
      ports: [{ ...http, port: 5432 }],
      endpoints: [{ addresses: ['fd00::2'], hostname: 'db-0' }],
    },
  ]);
  put(z, { metadata: { namespace: 'default', name: 'empty' }, spec: { clusterIP: 'None', ports: [http] } });
  put(z, {
    metadata: { namespace: 'default', name: 'out' },
    spec: { type: 'ExternalName', externalName: 'Example.com.' },
  });
  return z;
};

const http = { name: 'http', port: 80, protocol: 'TCP' as const };
const dns = { name: 'dns', port: 53, protocol: 'UDP' as const };

function put(z: ClusterZone, manifest: ServiceManifest, slices: Partial<EndpointSliceManifest>[] = []): void {
  const object = decode(service.schema.shape, manifest) as Service;
  const parts = slices.map((s) => decode(endpointSlice.schema.shape, { metadata: {}, ...s }) as EndpointSlice);
  z.setService(`${object.metadata.namespace}/${object.metadata.name}`, dnsServiceOf(object, parts), 1000);
}

function text(record: DnsRecord): string {
  const data = {
    A: (r: DnsRecord) => 'address' in r && r.address,
    AAAA: (r: DnsRecord) => 'address' in r && r.address,
    CNAME: (r: DnsRecord) => 'target' in r && r.target,
    NS: (r: DnsRecord) => 'target' in r && r.target,
    PTR: (r: DnsRecord) => 'target' in r && r.target,
    SRV: (r: DnsRecord) => 'weight' in r && `${r.priority} ${r.weight} ${r.port} ${r.target}`,
    TXT: (r: DnsRecord) => 'text' in r && r.text,
    SOA: (r: DnsRecord) => 'serial' in r && `${r.primary} ${r.mailbox} ${r.serial} ${r.minimum}`,
  }[record.type](record);
  return `${record.name} ${record.ttl} ${record.type} ${String(data)}`;
}

const soa = 'cluster.local 30 SOA ns.dns.cluster.local hostmaster.cluster.local 1000 30';
interface Seen {
  rcode: string;
  answers: string[];
  authority: string[];
  additional: string[];
}

const nodata: Seen = { rcode: 'NOERROR', answers: [], authority: [soa], additional: [] };
const nxdomain: Seen = { rcode: 'NXDOMAIN', answers: [], authority: [soa], additional: [] };
const yes = (answers: string[], additional: string[] = []) => ({
  rcode: 'NOERROR',
  answers,
  authority: [],
  additional,
});
const seen = ({ rcode, answers, authority, additional }: Answer): Seen => ({
  rcode,
  answers: answers.map(text),
  authority: authority.map(text),
  additional: additional.map(text),
});

const web = 'web.default.svc.cluster.local';
const db = 'db.default.svc.cluster.local';
const cases: [name: string, type: RecordType | 'other', want: Seen][] = [
  [web, 'A', yes([`${web} 30 A 10.96.0.7`])],
  [web, 'AAAA', nodata],
  [web, 'TXT', nodata],
  [web, 'other', nodata],
  [web, 'CNAME', nodata],
  [`_http._tcp.${web}`, 'SRV', yes([`_http._tcp.${web} 30 SRV 0 100 80 ${web}`], [`${web} 30 A 10.96.0.7`])],
  [`_http._tcp.${web}`, 'A', yes([`_http._tcp.${web} 30 A 10.96.0.7`])],
  [`_http._udp.${web}`, 'SRV', nxdomain],
  [`_nope._tcp.${web}`, 'SRV', nxdomain],
  [web, 'SRV', yes([`${web} 30 SRV 0 50 80 ${web}`, `${web} 30 SRV 0 50 53 ${web}`], [`${web} 30 A 10.96.0.7`])],
  [`10-244-0-9.${web}`, 'A', yes([`10-244-0-9.${web} 30 A 10.244.0.9`])],
  ['dual.default.svc.cluster.local', 'A', yes(['dual.default.svc.cluster.local 30 A 10.96.0.8'])],
  ['dual.default.svc.cluster.local', 'AAAA', yes(['dual.default.svc.cluster.local 30 AAAA fd01::8'])],
  [db, 'A', yes([`${db} 30 A 10.244.0.2`, `${db} 30 A 10.244.0.3`])],
  [db, 'AAAA', yes([`${db} 30 AAAA fd00::2`])],
  [`db-0.${db}`, 'A', yes([`db-0.${db} 30 A 10.244.0.2`])],
  [`10-244-0-3.${db}`, 'A', yes([`10-244-0-3.${db} 30 A 10.244.0.3`])],
  [`10-244-0-4.${db}`, 'A', nxdomain],
  [`db-1.${db}`, 'A', nxdomain],
  [`_tcp.${db}`, 'A', nxdomain],
  [
    `_http._tcp.${db}`,
    'SRV',
    yes(
      [`_http._tcp.${db} 30 SRV 0 50 5432 db-0.${db}`, `_http._tcp.${db} 30 SRV 0 50 5432 10-244-0-3.${db}`],
      [`db-0.${db} 30 A 10.244.0.2`, `db-0.${db} 30 AAAA fd00::2`, `10-244-0-3.${db} 30 A 10.244.0.3`],
    ),
  ],
  ['empty.default.svc.cluster.local', 'A', nxdomain],
  ['out.default.svc.cluster.local', 'A', yes(['out.default.svc.cluster.local 30 CNAME example.com'])],
  ['out.default.svc.cluster.local', 'CNAME', yes(['out.default.svc.cluster.local 30 CNAME example.com'])],
  ['out.default.svc.cluster.local', 'TXT', nodata],
  ['nope.default.svc.cluster.local', 'A', nxdomain],
  ['a.b.c.web.default.svc.cluster.local', 'A', nxdomain],
  ['constructor.default.svc.cluster.local', 'A', nxdomain],
  ['default.svc.cluster.local', 'A', nodata],
  ['other.svc.cluster.local', 'A', nxdomain],
  ['svc.cluster.local', 'A', nodata],
  ['pod.cluster.local', 'A', nodata],
  ['1-2-3-4.default.pod.cluster.local', 'A', yes(['1-2-3-4.default.pod.cluster.local 30 A 1.2.3.4'])],
  ['1-2-3-4.default.pod.cluster.local', 'AAAA', nodata],
  ['fd00--5.default.pod.cluster.local', 'AAAA', yes(['fd00--5.default.pod.cluster.local 30 AAAA fd00::5'])],
  ['1-2-3-4.other.pod.cluster.local', 'A', nxdomain],
  ['1-2-3-400.default.pod.cluster.local', 'A', nxdomain],
  ['dns-version.cluster.local', 'TXT', yes(['dns-version.cluster.local 28800 TXT 1.1.0'])],
  ['dns-version.cluster.local', 'A', nodata],
  ['cluster.local', 'SOA', yes([soa])],
  ['cluster.local', 'NS', yes(['cluster.local 30 NS ns.dns.cluster.local'], ['ns.dns.cluster.local 30 A 10.96.0.10'])],
  ['cluster.local', 'A', nodata],
  ['ns.dns.cluster.local', 'A', yes(['ns.dns.cluster.local 30 A 10.96.0.10'])],
  ['example.com.default.svc.cluster.local', 'A', nxdomain],
];

for (const [name, type, want] of cases) {
  test(`zone: ${name} ${type}`, () => assert.deepEqual(seen(zone().answer(name, type)), want));
}

const ptr = (address: string) => `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
const reverse: [name: string, want: string[] | undefined][] = [
  [ptr('10.96.0.7'), [`${ptr('10.96.0.7')} 30 PTR ${web}`]],
  [ptr('10.244.0.2'), [`${ptr('10.244.0.2')} 30 PTR db-0.${db}`]],
  [ptr('10.244.0.3'), [`${ptr('10.244.0.3')} 30 PTR 10-244-0-3.${db}`]],
  [ptr('10.244.0.9'), undefined],
  [ptr('192.0.2.1'), undefined],
  ['10.in-addr.arpa', undefined],
  [
    '8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa',
    ['8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa 30 PTR dual.default.svc.cluster.local'],
  ],
];

for (const [name, want] of reverse) {
  test(`zone: ${name} PTR`, () => assert.deepEqual(zone().reverse(name)?.answers.map(text), want));
}

test('what the zone owns', () => {
  const z = zone();
  assert.ok(z.owns('cluster.local') && z.owns(web));
  assert.ok(!z.owns('notcluster.local') && !z.owns('local') && !z.owns('example.com'));
});

test('a service that goes takes its names with it, and one that moves its addresses', () => {
  const z = zone();
  put(z, { metadata: { namespace: 'default', name: 'web' }, spec: { clusterIP: '10.96.0.70', ports: [http] } });
  assert.equal(z.reverse(ptr('10.96.0.7')), undefined);
  assert.deepEqual(z.reverse(ptr('10.96.0.70'))?.answers.length, 1);
  z.setService('default/web', undefined, 2000);
  assert.equal(z.answer(web, 'A').rcode, 'NXDOMAIN');
  assert.equal(z.reverse(ptr('10.96.0.70')), undefined);
  z.setNamespace('default', false);
  assert.equal(z.answer('default.svc.cluster.local', 'A').rcode, 'NXDOMAIN');
});

test('what is no address and no name is left out', () => {
  const z = zone();
  put(z, {
    metadata: { namespace: 'default', name: 'long' },
    spec: { type: 'ExternalName', externalName: 'x'.repeat(64) },
  });
  assert.equal(z.answer('long.default.svc.cluster.local', 'A').rcode, 'NXDOMAIN');
  put(z, { metadata: { namespace: 'default', name: 'odd' }, spec: { clusterIP: 'None' } }, [
    { addressType: 'IPv4', endpoints: [{ addresses: ['nonsense'] }, { addresses: ['10.244.0.7'], hostname: 'a..b' }] },
  ]);
  const odd = z.answer('odd.default.svc.cluster.local', 'A');
  assert.deepEqual(odd.answers.map(text), ['odd.default.svc.cluster.local 30 A 10.244.0.7']);
});
