/**
 * One end of a connection, as a program that a test runs inside a network namespace:
 * `serve PORT NAME` answers every connection and datagram with its name and the asker's address;
 * `ask tcp|udp HOST PORT COUNT [LOCAL-PORT]` prints the answers as a JSON array, with error codes for what failed;
 * `dns ADDRESS PORT` serves DNS for a cluster that has itself and a service `web`;
 * `resolve SERVER NAME TYPE` prints what the server knows, as a JSON array or an error code.
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect, createServer } from 'node:net';
import { namespace, service } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { nullLogger, Registry, seededRandom, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { FakeClient } from '@tiphys/sdk/testing';
import { defaultDnsConfig, publishDns, runDns } from 'tiphys/network';

const patienceMs = 2000;
const [, , verb, ...args] = process.argv;

if (verb === 'serve') serve(Number(args[0]), args[1] ?? '');
else if (verb === 'dns') await serveDns(args[0] ?? '', Number(args[1]));
else if (verb === 'resolve') console.log(JSON.stringify(await resolve(args)));
else console.log(JSON.stringify(await ask(args)));

function serve(port: number, name: string): void {
  const udp = createSocket('udp4', (_, from) => udp.send(`${name} ${from.address}`, from.port, from.address));
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined); // the asker may be gone already
    socket.end(`${name} ${socket.remoteAddress?.replace('::ffff:', '')}`);
  });
  udp.bind(port, '0.0.0.0', () => tcp.listen(port, '0.0.0.0', () => console.log('ready')));
}

async function ask([protocol, host = '', port, count, localPort]: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (let i = 0; i < Number(count); i++) {
    answers.push(await (protocol === 'udp' ? askUdp : askTcp)(host, Number(port), Number(localPort ?? 0)));
  }
  return answers;
}

function askTcp(host: string, port: number, localPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localPort && { localPort }) });
    const timer = setTimeout(() => finish('timeout'), patienceMs);
    const finish = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => finish(text));
    socket.on('error', (err: NodeJS.ErrnoException) => finish(err.code ?? err.message));
  });
}

function askUdp(host: string, port: number, localPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => finish('timeout'), patienceMs);
    const finish = (answer: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    socket.on('message', (message) => finish(message.toString()));
    socket.on('error', (err: NodeJS.ErrnoException) => finish(err.code ?? err.message));
    // Only a connected socket hears that nobody is there.
    socket.bind(localPort, () =>
      socket.connect(port, host, (err?: Error) => (err ? finish(err.message) : socket.send('?'))),
    );
  });
}

async function serveDns(address: string, port: number): Promise<void> {
  const { signal } = new AbortController();
  const client = new FakeClient({ clock: systemClock, random: seededRandom(1) });
  const clusterIP = '10.96.0.10';
  await client.create(namespace, { metadata: { name: 'default' } });
  await client.create(service, { metadata: { namespace: 'default', name: 'web' }, spec: { clusterIP: '10.96.0.20' } });
  await publishDns(client, { clusterIP, address, port }, signal);
  const deps = { client, clock: systemClock, random: systemRandom, log: nullLogger, metrics: new Registry() };
  const config = { ...defaultDnsConfig, upstreams: [], clusterIP, address, port };
  const onListening = () => console.log('ready');
  await runDns({ ...deps, cache: new SharedCache(deps, signal), config, onListening }, signal);
}

async function resolve([server = '', name = '', type = 'A']: string[]): Promise<unknown> {
  const resolver = new Resolver({ timeout: patienceMs, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve(name, type).catch((err: NodeJS.ErrnoException) => [err.code]);
}
