import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { service } from '@tiphys/sdk/api';
import { commandsIn, resetNetwork } from 'tiphys/network';
import { type LabNode, type LabPod, NetworkLab, whyNoLab } from './network-lab.ts';

const skip = await whyNoLab();
if (skip) console.log(`network end to end: skipped, ${skip}`);

suite('services of a cluster of two nodes', { skip: skip ?? false }, () => {
  let lab: NetworkLab;
  let a: LabNode;
  let near: LabPod;
  let far: LabPod;
  const who = (answers: string[]) =>
    [...new Set(answers.map((answer) => answer.split(' ')[0]!))].toSorted((x, y) => x.localeCompare(y));
  const answersBy =
    (...names: string[]) =>
    (answers: string[]) =>
      who(answers).join() === names.join();

  before(async () => {
    lab = await NetworkLab.open({ checkMs: 200 });
    a = lab.nodes[0]!;
    near = await lab.addPod('near', a, [{ hostPort: 9080, containerPort: 8080, protocol: 'tcp' }]);
    far = await lab.addPod('far', lab.nodes[1]!);
  });
  after(() => lab?.[Symbol.asyncDispose]());

  test('pods reach one another across nodes by their own addresses, and the outside by the node’s', async () => {
    await lab.until(answersBy('far'), () => lab.ask(near.namespace, `${far.address}:8080`));
    assert.deepEqual(await lab.ask(near.namespace, `${far.address}:8080`), [`far ${near.address}`]);
    await lab.serve(lab.outside, 7000, 'outside');
    assert.deepEqual(await lab.ask(near.namespace, `${lab.outsideAddress}:7000`), [`outside ${a.address}`]);
  });

  test('a cluster IP leads to every endpoint, and keeps the address of the pod that asks', async () => {
    await lab.putService('web', [near, far], { clusterIP: '10.96.0.20' });
    const ask = () => lab.ask(near.namespace, '10.96.0.20:80', { count: 30 });
    const answers = await lab.until(answersBy('far', 'near'), ask);
    assert.ok(answers.includes(`far ${near.address}`));
  });

  test('the node’s own processes reach a cluster IP', async () => {
    assert.deepEqual(who(await lab.ask(a.namespace, '10.96.0.20:80', { count: 30 })), ['far', 'near']);
  });

  test('a pod reaches itself through its service', async () => {
    await lab.putService('self', [near], { clusterIP: '10.96.0.21' });
    const answers = await lab.until(answersBy('near'), () => lab.ask(near.namespace, '10.96.0.21:80'));
    // Seen under the address of the bridge, or the pod would have answered itself directly.
    assert.deepEqual(answers, ['near 10.244.0.1']);
  });

  test('a pod reaches a pod of its own node through a service', async () => {
    const other = await lab.addPod('other', a);
    const answers = await lab.until(answersBy('near'), () => lab.ask(other.namespace, '10.96.0.21:80'));
    assert.deepEqual(answers, [`near ${other.address}`]);
    await lab.removePod(other);
  });

  test('without endpoints connections and datagrams are refused at once; nothing answers on other ports', async () => {
    await lab.putService('none', [], {
      clusterIP: '10.96.0.22',
      type: 'NodePort',
      ports: [{ port: 80, nodePort: 30022 }],
    });
    await lab.until(answersBy('ECONNREFUSED'), () => lab.ask(near.namespace, '10.96.0.22:80'));
    assert.deepEqual(await lab.ask(a.namespace, '10.96.0.22:80'), ['ECONNREFUSED']);
    assert.deepEqual(await lab.ask(lab.outside, `${a.address}:30022`), ['ECONNREFUSED']);
    assert.deepEqual(await lab.ask(near.namespace, '10.96.0.22:81'), ['ECONNREFUSED']);
    assert.deepEqual(await lab.ask(near.namespace, '10.96.0.22:80', { protocol: 'udp' }), ['ECONNREFUSED']);
    await lab.putEndpoints('none', [near]);
    await lab.until(answersBy('near'), () => lab.ask(near.namespace, '10.96.0.22:80'));
  });

  test('a node port answers on every node, from outside, from pods and from the node itself', async () => {
    await lab.putService('port', [near, far], {
      clusterIP: '10.96.0.23',
      type: 'NodePort',
      ports: [{ port: 80, nodePort: 30023 }],
    });
    for (const node of lab.nodes) {
      for (const from of [lab.outside, near.namespace, node.namespace]) {
        await lab.until(answersBy('far', 'near'), () => lab.ask(from, `${node.address}:30023`, { count: 30 }));
      }
    }
  });

  test('external addresses and load balancers, which may choose whom they let in', async () => {
    await lab.putService('balanced', [near, far], {
      clusterIP: '10.96.0.24',
      type: 'LoadBalancer',
      externalIPs: ['198.51.100.1'],
    });
    await commandsIn(lab.outside).run('ip', ['route', 'add', '198.51.100.0/24', 'via', a.address]);
    await lab.until(answersBy('far', 'near'), () => lab.ask(lab.outside, '198.51.100.1:80', { count: 30 }));
    const balanced = { metadata: { namespace: 'default', name: 'balanced' } };
    const status = { loadBalancer: { ingress: [{ ip: '198.51.100.2' }] } };
    await lab.client.patch(service, balanced, { type: 'merge', patch: { status } }, { subresource: 'status' });
    await lab.until(answersBy('far', 'near'), () => lab.ask(lab.outside, '198.51.100.2:80', { count: 30 }));
    const patch = { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } };
    await lab.client.patch(service, balanced, { type: 'merge', patch });
    await lab.until(answersBy('timeout'), () => lab.ask(lab.outside, '198.51.100.2:80'));
    assert.deepEqual(who(await lab.ask(lab.outside, '198.51.100.1:80', { count: 30 })), ['far', 'near']);
  });

  test('external policy Local: only the node’s endpoint, under the asker’s address; pods still reach all', async () => {
    await lab.putService('local', [near], {
      clusterIP: '10.96.0.25',
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, nodePort: 30025 }],
    });
    await lab.until(answersBy('near'), () => lab.ask(lab.outside, `${a.address}:30025`));
    assert.deepEqual(await lab.ask(lab.outside, `${a.address}:30025`), [`near ${lab.outsideAddress}`]);
    const b = lab.nodes[1]!;
    assert.deepEqual(await lab.ask(lab.outside, `${b.address}:30025`), ['timeout']);
    assert.deepEqual(who(await lab.ask(far.namespace, `${b.address}:30025`)), ['near']);
  });

  test('internal policy Local: each node its own endpoint', async () => {
    await lab.putService('inner', [near, far], { clusterIP: '10.96.0.26', internalTrafficPolicy: 'Local' });
    await lab.until(answersBy('near'), () => lab.ask(near.namespace, '10.96.0.26:80', { count: 10 }));
    await lab.until(answersBy('far'), () => lab.ask(far.namespace, '10.96.0.26:80', { count: 10 }));
  });

  test('session affinity: a client stays where it was until that endpoint goes', async () => {
    await lab.putService('sticky', [near, far], { clusterIP: '10.96.0.27', sessionAffinity: 'ClientIP' });
    const ask = (count: number) => lab.ask(near.namespace, '10.96.0.27:80', { count });
    await lab.until(
      (answers) => /^(near|far) /.test(answers[0]!),
      () => ask(1),
    );
    const [first, ...others] = who(await ask(20));
    assert.deepEqual(others, []);
    await lab.putEndpoints('sticky', first === 'near' ? [far] : [near]);
    await lab.until(answersBy(first === 'near' ? 'far' : 'near'), () => ask(5));
  });

  test('session affinity ends after its time', async () => {
    await lab.putService('brief', [near, far], {
      clusterIP: '10.96.0.28',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } },
    });
    const seen = new Set<string>();
    await lab.until(
      (answers) => {
        for (const name of who(answers)) seen.add(name);
        return seen.size === 2;
      },
      // Longer than the affinity lasts, so that each time the choice is made anew.
      () => new Promise((resolve) => setTimeout(resolve, 1500)).then(() => lab.ask(near.namespace, '10.96.0.28:80')),
      { patienceMs: 40_000 },
    );
  });

  test('a UDP client that keeps its socket finds the new endpoint when the old one goes', async () => {
    await lab.putService('udp', [near], { clusterIP: '10.96.0.29', ports: [{ port: 80, protocol: 'UDP' }] });
    const ask = () => lab.ask(far.namespace, '10.96.0.29:80', { protocol: 'udp', localPort: 40_000 });
    await lab.until(answersBy('near'), ask);
    await lab.putEndpoints('udp', [far], 'UDP');
    await lab.until(answersBy('far'), ask);
  });

  test('a service that is gone leaves nothing behind', async () => {
    await lab.client.delete(service, { metadata: { namespace: 'default', name: 'sticky' } });
    const list = () => a.commands.run('nft', ['list', 'table', 'ip', 'tiphys']).then((text) => [text]);
    await lab.until(([text]) => !text!.includes('sticky') && !text!.includes('10.96.0.27'), list);
  });

  test('names: from a pod, from a pod of another node and from the node, by the conventional address', async () => {
    await lab.serveDns(a, 10_053);
    const name = 'web.default.svc.cluster.local';
    for (const from of [near.namespace, far.namespace, a.namespace]) {
      await lab.until(
        ([answer]) => answer === '10.96.0.20',
        () => lab.resolve(from, '10.96.0.10', name),
      );
    }
    assert.deepEqual(await lab.resolve(near.namespace, '10.96.0.10', 'nope.default.svc.cluster.local'), ['ENOTFOUND']);
  });

  test('host ports', async () => {
    assert.deepEqual(await lab.ask(lab.outside, `${a.address}:9080`), [`near ${lab.outsideAddress}`]);
  });

  test('beside a firewall like Docker’s, which forwards nothing by itself', async () => {
    const iptables = (...args: string[]) => a.commands.run('iptables', args);
    await iptables('-P', 'FORWARD', 'DROP');
    await iptables('-t', 'nat', '-N', 'DOCKER');
    await iptables('-t', 'nat', '-A', 'PREROUTING', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'DOCKER');
    await iptables('-t', 'nat', '-A', 'POSTROUTING', '-s', '172.17.0.0/16', '-j', 'MASQUERADE');
    const theirs = await iptables('-t', 'nat', '-S');
    assert.deepEqual(who(await lab.ask(near.namespace, '10.96.0.20:80', { count: 30 })), ['far', 'near']);
    assert.deepEqual(who(await lab.ask(lab.outside, `${a.address}:30023`, { count: 30 })), ['far', 'near']);
    assert.deepEqual(await lab.ask(near.namespace, `${lab.outsideAddress}:7000`), [`outside ${a.address}`]);
    assert.equal(await iptables('-t', 'nat', '-S'), theirs);
  });

  test('when someone empties the ruleset, the table is made anew; otherwise it is left alone', async () => {
    const revision = () => a.commands.run('nft', ['list', 'set', 'ip', 'tiphys', 'revision']);
    const before = await revision();
    // Several of the lab's checks pass meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await revision(), before);
    await a.commands.run('nft', ['flush', 'ruleset']);
    await lab.until(answersBy('far', 'near'), () => lab.ask(near.namespace, '10.96.0.20:80', { count: 30 }));
    await lab.until(answersBy('outside'), () => lab.ask(near.namespace, `${lab.outsideAddress}:7000`));
  });

  test('services go on without the proxy; resetting the node removes all that the network made there', async () => {
    await lab.stop();
    assert.deepEqual(who(await lab.ask(near.namespace, '10.96.0.20:80', { count: 30 })), ['far', 'near']);
    const names = { ...a.config, proxyTable: 'tiphys', routeProtocol: 84 };
    const nat = (line: string) => a.commands.run('iptables', ['-t', 'nat', ...line.split(' ')]);
    // As the portmap plugin leaves them: those before went with the ruleset.
    for (const chain of ['DNAT', 'MASQ', 'SETMARK']) await nat(`-N CNI-HOSTPORT-${chain}`);
    for (const hook of ['PREROUTING', 'OUTPUT'])
      await nat(`-A ${hook} -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT`);
    await nat('-A POSTROUTING -m comment --comment portfwd -j CNI-HOSTPORT-MASQ');
    await nat('-A CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000');
    await nat('-A CNI-HOSTPORT-DNAT -p tcp --dport 1 -m comment --comment others -j RETURN');
    await resetNetwork(names, a.commands);
    assert.match(await a.commands.run('iptables-save', []), /-A PREROUTING .*-j CNI-HOSTPORT-DNAT/, "somebody else's");
    await nat('-F CNI-HOSTPORT-DNAT');
    await resetNetwork(names, a.commands);
    const left = await a.commands.run('nft', ['list', 'tables']);
    assert.doesNotMatch(left, /tiphys/);
    assert.doesNotMatch(await a.commands.run('iptables-save', []), /TIPHYS|CNI-/);
    assert.doesNotMatch(await a.commands.run('ip', ['-br', 'link']), /tiphys0/);
    assert.equal(await a.commands.run('ip', ['route', 'show', 'proto', '84']), '');
    assert.doesNotMatch(await a.commands.run('ip', ['netns', 'list']), new RegExp(`^${near.namespace}\\b`, 'm'));
    await assert.rejects(access(a.paths.conflist));
    await resetNetwork(names, a.commands);
  });
});
