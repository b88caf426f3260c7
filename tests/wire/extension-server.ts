import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from 'tiphys/pki';

export const group = 'things.example.com';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Whom the certificate names that was shown. */
  readonly shownBy: string | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

const resource = (version: string) => ({
  resource: 'things',
  responseKind: { group, version, kind: 'Thing' },
  scope: 'Namespaced',
  singularResource: 'thing',
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'],
  shortNames: ['th'],
});

/** A server that serves an API of its own, as people write them, and remembers what it was asked. */
export class ExtensionServer {
  readonly asked: Asked[] = [];
  readonly caBundle: string;
  /** What is answered at paths that end so. */
  readonly at = new Map<string, Answer>();
  /** Whether it knows the aggregated form of discovery. */
  aggregated = true;
  /** Names of things by namespace. */
  readonly things = new Map<string, Set<string>>();
  readonly #pair = selfSigned(['ext.default.svc'], { clock: systemClock, random: systemRandom });
  #server: Server | undefined;
  #port = 0;

  constructor() {
    this.caBundle = Buffer.from(this.#pair.cert).toString('base64');
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = createServer({ ...this.#pair, requestCert: true, rejectUnauthorized: false });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response));
    server.on('upgrade', (request: IncomingMessage, socket) => {
      this.#note(request);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
      );
      socket.pipe(socket);
      socket.on('error', () => socket.destroy());
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** What was asked last at a path that ends so. */
  last(ending: string): Asked | undefined {
    return this.asked.findLast(({ path }) => path.split('?')[0]!.endsWith(ending));
  }

  #note(request: IncomingMessage): URL {
    const { method = '', url = '', headers } = request;
    const shownBy = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
    this.asked.push({ method, path: url, headers, shownBy });
    return new URL(url, 'https://ext');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = this.#note(request);
    const json = (body: object, type = 'application/json') =>
      response.writeHead(200, { 'content-type': type }).end(JSON.stringify(body));
    for (const [ending, answer] of this.at) if (url.pathname.endsWith(ending)) return answer(request, response, url);
    const [, , , version = ''] = url.pathname.split('/');
    const own = resource(version);
    if (url.pathname === '/apis' && this.aggregated) {
      const versions = ['v1'].map((v) => ({ version: v, resources: [resource(v)], freshness: 'Current' }));
      const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' };
      return void json(
        { ...list, items: [{ metadata: { name: group }, versions }] },
        'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
      );
    }
    if (url.pathname === `/apis/${group}/${version}`) {
      const { resource: name, singularResource: singularName, responseKind, verbs, shortNames } = own;
      const line = { name, singularName, namespaced: true, kind: responseKind.kind, verbs, shortNames };
      const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}` };
      return void json({ ...list, resources: [line] });
    }
    if (url.pathname === '/openapi/v3') {
      return void json({
        paths: { [`apis/${group}/v1`]: { serverRelativeURL: `/openapi/v3/apis/${group}/v1?hash=X` } },
      });
    }
    if (url.pathname === `/openapi/v3/apis/${group}/v1`)
      return void json({ openapi: '3.0.0', info: { title: 'theirs' } });
    if (url.pathname === '/openapi/v2') {
      const get = {
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/com.example.things.Thing' } } },
      };
      return void json({
        swagger: '2.0',
        paths: { [`/apis/${group}/v1/things`]: { get }, '/version/': { get } },
        definitions: { 'com.example.things.Thing': { type: 'object' } },
      });
    }
    const [, namespace] = /\/namespaces\/([^/]+)\/things$/.exec(url.pathname) ?? [];
    if (namespace === undefined && !url.pathname.endsWith('/things'))
      return void response.writeHead(404).end('nothing here');
    if (request.method === 'DELETE') this.things.delete(namespace!);
    const items = [...this.things]
      .filter(([of]) => namespace === undefined || of === namespace)
      .flatMap(([of, names]) => [...names].map((name) => ({ metadata: { name, namespace: of, uid: name } })));
    const apiVersion = `${group}/${version}`;
    const typed = items.map((item) => ({ kind: 'Thing', apiVersion, ...item }));
    json({ kind: 'ThingList', apiVersion, metadata: { resourceVersion: '1' }, items: typed });
  }
}
