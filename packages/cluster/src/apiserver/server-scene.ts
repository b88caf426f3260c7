import { generateKeyPairSync } from 'node:crypto';
import { isObject, type KubeObject } from '@tiphys/sdk/machinery';
import { type Logger, nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { ServiceAccountTokens } from '../pki/index.ts';
import { MemoryBackend, type StoreBackend } from '../store/index.ts';
import { bootstrap } from './bootstrap.ts';
import type { ServerRequest, ServerResponse, UserInfo } from './context.ts';
import { type ServedKinds, standardKinds } from './kinds.ts';
import { type PartsConfig, standardParts } from './parts.ts';
import { ClusterIps } from './registry/kinds/index.ts';
import { ApiServer } from './server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The parsed body, when it is JSON. */
  readonly body: Record<string, unknown>;
  readonly message: string;
}

export interface AskOptions {
  /** Who asks; an administrator unless given, `null` for whoever the headers say. */
  readonly user?: UserInfo | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole API server in simulated time, as tests ask it: by method, path and body. */
export interface ServerScene {
  readonly server: ApiServer;
  readonly clock: SimClock;
  readonly tokens: ServiceAccountTokens;
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Answer>;
  /** Makes objects, and a service account `default` in each namespace among them. */
  given(...objects: readonly (KubeObject & Record<string, unknown>)[]): Promise<void>;
  stop(): void;
}

export const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'], extra: {} };
export const aUser = (name: string, ...groups: string[]): UserInfo => ({
  name,
  groups: [...groups, 'system:authenticated'],
  extra: {},
});
export const aNodeUser = (name: string): UserInfo => aUser(`system:node:${name}`, 'system:nodes');

const issuer = 'https://kubernetes.default.svc';

export async function serverScene(
  config: Partial<PartsConfig> = {},
  kinds: ServedKinds = standardKinds,
  /** Another server whose store this one shares, or that store by itself. */
  beside?: { readonly clock: SimClock; readonly server: { readonly deps: { readonly store: StoreBackend } } },
  log: Logger = nullLogger,
): Promise<ServerScene> {
  const clock = beside?.clock ?? new SimClock();
  const random = seededRandom(1);
  const stop = new AbortController();
  const store = beside?.server.deps.store ?? new MemoryBackend(clock);
  const server = new ApiServer({ store, clock, random, log, kinds });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens = new ServiceAccountTokens(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await server.load(
    standardParts({
      tokens,
      issuer,
      audiences: [issuer],
      tokenAuthenticators: [],
      advertised: () => '127.0.0.1:6443',
      nodes: { connect: () => Promise.reject(new Error('nobody listens')) },
      clusterIps: new ClusterIps('10.0.0.0/24', random),
      ...config,
    }),
    stop.signal,
  );
  void server.run(stop.signal);
  await bootstrap(server);

  const ask: ServerScene['ask'] = async (method, path, body, { user = admin, headers = {} } = {}) => {
    const response = await server.handle({
      method,
      path,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      objects: false,
      signal: stop.signal,
      body: () =>
        Promise.resolve(
          body instanceof Uint8Array ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body)),
        ),
      ...(user && { user }),
    });
    const bytes = Buffer.concat(response.body.type === 'bytes' ? [...response.body.pieces] : []);
    const text = bytes.toString();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as unknown) : {};
    const object = isObject(parsed) ? parsed : {};
    return { ...response, bytes, text, body: object, message: String(object['message'] ?? '') };
  };
  const given: ServerScene['given'] = async (...objects) => {
    for (const object of objects) {
      const { status, message } = await ask('POST', pathOf(object), object);
      if (status !== 201) throw new Error(message);
      if (object.kind === 'Namespace') {
        await ask('POST', `/api/v1/namespaces/${object.metadata.name}/serviceaccounts`, {
          metadata: { name: 'default' },
        });
      }
    }
  };
  return { server, clock, tokens, ask, given, stop: () => stop.abort() };
}

export interface FromOutside {
  readonly user?: UserInfo;
  readonly body?: object;
  readonly headers?: ServerRequest['headers'];
}

/** A request as a socket brings it, which the server may give up. */
export function outside(
  { server }: ServerScene,
  method: string,
  path: string,
  { user = admin, body, headers = {} }: FromOutside = {},
): { answer: Promise<ServerResponse>; signal: AbortSignal; leave: () => void } {
  const stop = new AbortController();
  const answer = server.handle({
    method,
    path,
    user,
    headers: { 'content-type': 'application/json', ...headers },
    objects: false,
    signal: stop.signal,
    giveUp: (reason) => stop.abort(reason),
    body: () => Promise.resolve(Buffer.from(body ? JSON.stringify(body) : '')),
  });
  return { answer, signal: stop.signal, leave: () => stop.abort() };
}

/** Nothing that reads or writes gets an answer from the store any more, until told. */
export function hang({ server: { deps } }: ServerScene): () => void {
  const { store } = deps;
  const currentRevision = store.currentRevision.bind(store);
  const txn = store.txn.bind(store);
  let go = () => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  store.currentRevision = () => gate.then(() => currentRevision());
  store.txn = (t) => gate.then(() => txn(t));
  return go;
}

/** The collection of an object that says what it is. */
function pathOf({ apiVersion = 'v1', kind = '', metadata: { namespace } }: KubeObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.endsWith('ss') ? `${kind.toLowerCase()}es` : `${kind.toLowerCase()}s`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}`;
}
