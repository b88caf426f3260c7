import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@tiphys/sdk/runtime';
import type { Commands } from '../commands.ts';
import { anEndpoint, aService } from './service-builder.ts';
import { forgetStaleFlows, parseFlow, UdpDestinations } from './stale-flows.ts';

const line = (dst: string, dport: number, src: string, sport: number) =>
  `udp      17 29 src=10.244.0.9 dst=${dst} sport=40000 dport=${dport} src=${src} dst=10.244.0.9 sport=${sport} dport=40000 mark=0 use=1`;

const dns = (pods: string[], gone = false): UdpDestinations => {
  const udp = new UdpDestinations();
  const endpoints = pods.map((address) => anEndpoint(address, { port: 5353 }));
  udp.add(aService(endpoints, { clusterIP: '10.96.0.10' }, { protocol: 'udp', port: 53, nodePort: 30053 }), { gone });
  return udp;
};

const cases: { name: string; udp: UdpDestinations; flow: string; want: boolean }[] = [
  {
    name: 'to a live endpoint',
    udp: dns(['10.244.0.2']),
    flow: line('10.96.0.10', 53, '10.244.0.2', 5353),
    want: false,
  },
  {
    name: 'to one that is gone',
    udp: dns(['10.244.0.2']),
    flow: line('10.96.0.10', 53, '10.244.0.3', 5353),
    want: true,
  },
  {
    name: 'to another port of a live one',
    udp: dns(['10.244.0.2']),
    flow: line('10.96.0.10', 53, '10.244.0.2', 53),
    want: true,
  },
  {
    name: 'begun before the service was',
    udp: dns(['10.244.0.2']),
    flow: line('10.96.0.10', 53, '10.96.0.10', 53),
    want: true,
  },
  {
    name: 'of a service that is gone',
    udp: dns(['10.244.0.2'], true),
    flow: line('10.96.0.10', 53, '10.244.0.2', 5353),
    want: true,
  },
  {
    name: 'of another port of the address',
    udp: dns([]),
    flow: line('10.96.0.10', 123, '10.244.0.3', 123),
    want: false,
  },
  {
    name: 'by node port to one that is gone',
    udp: dns(['10.244.0.2']),
    flow: line('192.0.2.1', 30053, '10.244.0.3', 5353),
    want: true,
  },
  {
    name: 'by node port to a live one',
    udp: dns(['10.244.0.2']),
    flow: line('192.0.2.1', 30053, '10.244.0.2', 5353),
    want: false,
  },
  {
    name: 'to the same port of a stranger',
    udp: dns([]),
    flow: line('198.51.100.1', 30053, '198.51.100.1', 30053),
    want: false,
  },
];

for (const { name, udp, flow, want } of cases) {
  test(`flow ${name} is ${want ? 'stale' : 'kept'}`, () => assert.equal(udp.isStale(parseFlow(flow)!), want));
}

test('flows that nobody has answered yet and lines of other things', () => {
  const waiting =
    'udp 17 3 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=53 [UNREPLIED] src=3.3.3.3 dst=1.1.1.1 sport=5353 dport=1 use=1';
  assert.deepEqual(parseFlow(waiting), {
    destination: '2.2.2.2',
    destinationPort: '53',
    answerer: '3.3.3.3',
    answererPort: '5353',
  });
  const counted =
    'udp 17 3 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=53 packets=1 bytes=60 src=3.3.3.3 dst=1.1.1.1 sport=5353 dport=1 packets=0 bytes=0 [ASSURED] use=1';
  assert.deepEqual(parseFlow(counted), parseFlow(waiting));
  assert.equal(parseFlow(''), undefined);
  assert.equal(parseFlow('icmp 1 29 src=1.1.1.1 dst=2.2.2.2 type=8 code=0 id=1'), undefined);
});

test('one command for all flows between a service and a dead endpoint', async () => {
  const ran: string[] = [];
  const commands: Commands = {
    run(program, args) {
      ran.push([program, ...args].join(' '));
      const dead = line('10.96.0.10', 53, '10.244.0.3', 5353);
      return Promise.resolve(
        [dead, dead.replaceAll('40000', '40001'), line('10.96.0.10', 53, '10.244.0.2', 5353)].join('\n'),
      );
    },
  };
  const { signal } = new AbortController();
  assert.equal(await forgetStaleFlows(dns(['10.244.0.2']), { commands, clock: systemClock, family: 'ip' }, signal), 1);
  assert.deepEqual(ran, [
    'conntrack -L -f ipv4 -p udp',
    'conntrack -D -f ipv4 -p udp -d 10.96.0.10 --dport 53 -r 10.244.0.3 --reply-port-src 5353',
  ]);
});
