import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import type { Probe } from '@tiphys/sdk/api';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { aPod } from '@tiphys/sdk/testing';
import { definitionOf } from '../../grpc/index.ts';
import { FakeRuntime } from '../cri/index.ts';
import { healthService } from './grpc-health.ts';
import { runProbe } from './handlers.ts';

describe('probes', () => {
  const { signal } = new AbortController();
  const runtime = new FakeRuntime({
    clock: systemClock,
    random: seededRandom(1),
    program: async ({ command: [word], stdout, signal: ended, clock }) => {
      stdout.write(`said ${word}`);
      if (word === 'sleep') await clock.sleep(60_000, ended);
      return word === 'bad' ? 1 : 0;
    },
  });
  let containerId: string;
  let port: number;
  let rpcPort: number;
  const seen: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.headers);
    const { url = '' } = request;
    if (url === '/slow') return;
    if (url === '/away') return void response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end();
    if (url === '/turn') return void response.writeHead(302, { location: '/503' }).end();
    response.writeHead(Number(url.slice(1)) || 200).end();
  });
  const rpcServer = new grpc.Server();

  before(async () => {
    runtime.images.load('app:1');
    const sandbox = { metadata: { name: 'a', namespace: 'b', uid: 'c', attempt: 0 } };
    const sandboxId = await runtime.runPodSandbox(sandbox, { signal });
    const config = { image: { image: 'app:1' }, command: ['sleep'] };
    containerId = await runtime.createContainer(sandboxId, config, { signal });
    await runtime.startContainer(containerId, { signal });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    rpcServer.addService(definitionOf(healthService), {
      Check({ request }: grpc.ServerUnaryCall<{ service: string }, object>, answer: grpc.sendUnaryData<object>) {
        if (request.service === 'nobody') answer({ code: grpc.status.NOT_FOUND, details: 'unknown service' });
        else if (request.service !== 'slow') answer(null, { status: request.service ? 'NOT_SERVING' : 'SERVING' });
      },
    });
    rpcPort = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      rpcServer.bindAsync('127.0.0.1:0', credentials, (err, bound) => (err ? reject(err) : resolve(bound)));
    });
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    rpcServer.forceShutdown();
    await runtime.stopContainer(containerId, { signal, graceSeconds: 0 });
  });

  const probe = async (action: Partial<Probe>) => {
    const pod = aPod({ spec: { containers: [{ name: 'main', ports: [{ name: 'web', containerPort: port }] }] } });
    const target = { runtime, clock: systemClock, container: pod.spec.containers[0]!, containerId, podIP: '127.0.0.1' };
    const { result, output } = await runProbe({ timeoutSeconds: 1, ...action } as Probe, target, signal);
    return `${result} ${output.replaceAll(String(port), 'PORT').replaceAll(String(rpcPort), 'RPC')}`.trim();
  };

  it('run commands', async () => {
    assert.equal(await probe({ exec: { command: ['good'] } }), 'success');
    assert.equal(await probe({ exec: { command: ['bad'] } }), 'failure said bad');
    const late = 'failure command timed out: "sleep" timed out after 1s';
    assert.equal(await probe({ exec: { command: ['sleep'] } }), late);
  });

  it('ask over HTTP', async () => {
    const get = (path: string, more: object = {}) => probe({ httpGet: { path, port: 'web', scheme: 'HTTP', ...more } });
    assert.equal(await get('/'), 'success');
    assert.equal(await get('/399'), 'success');
    assert.equal(await get('/503'), 'failure HTTP probe failed with statuscode: 503');
    assert.equal(await get('/turn'), 'failure HTTP probe failed with statuscode: 503');
    assert.equal(await get('/away'), 'success');
    assert.equal(await get('/', { port: 'none' }), "unknown couldn't find port: none");
    const refused = 'failure Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused';
    assert.equal(await get('/', { port: 1 }), refused);
    assert.match(await get('/slow'), /^failure Get "http:\/\/127.0.0.1:PORT\/slow": context deadline exceeded/);
    await get('/', {
      httpHeaders: [
        { name: 'Host', value: 'me' },
        { name: 'X-A', value: 'b' },
      ],
    });
    const { host, 'user-agent': agent, 'x-a': own } = seen.at(-1)!;
    assert.deepEqual([host, agent, own], ['me', 'kube-probe/1.36', 'b']);
  });

  it('connect over TCP', async () => {
    assert.equal(await probe({ tcpSocket: { port } }), 'success');
    const refused = 'failure dial tcp 127.0.0.1:1: connect: connection refused';
    assert.equal(await probe({ tcpSocket: { port: 1 } }), refused);
  });

  it('ask over gRPC', async () => {
    const ask = (service: string, at = rpcPort) => probe({ grpc: { port: at, service } });
    assert.equal(await ask(''), 'success');
    assert.equal(await ask('ill'), 'failure service unhealthy (responded with "NOT_SERVING")');
    assert.equal(await ask('nobody'), 'failure error: health rpc failed: unknown service');
    const late = (at: string) =>
      `failure timeout: failed to connect service "127.0.0.1:${at}" within 1s: context deadline exceeded`;
    assert.equal(await ask('slow'), late('RPC'));
    assert.equal(await ask('', 1), late('1'));
  });
});
