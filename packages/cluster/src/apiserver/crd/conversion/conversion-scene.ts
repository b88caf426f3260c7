import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../../pki/index.ts';
import { aDefinition, aVersion, customScene, type CustomScene } from '../custom-scene.ts';

export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Widget[] };
}

export type Widget = KubeObject & { spec?: JsonObject };

/** What a webhook says: a body, or a status, text and type of its own. */
export type Reply = object | { readonly status: number; readonly text: string; readonly type?: string };

/** A webhook that converts widgets: v1 says `address` where the others say `host` and `port`. */
export interface ConversionScene extends CustomScene {
  readonly url: string;
  readonly caBundle: string;
  /** What it was asked. */
  readonly asked: Review[];
  /** Makes it answer something else until the next call. */
  misbehave(reply?: (review: Review) => Reply): void;
  /** What a webhook configured here looks like in a definition. */
  conversion(more?: JsonObject): JsonObject;
}

/** As the webhook converts a widget. */
export function converted({ spec, ...object }: Widget, apiVersion: string): Widget {
  const { address, host, port, ...rest } = spec ?? {};
  const isFirst = apiVersion.endsWith('/v1');
  const [h = '', p = ''] = typeof address === 'string' ? address.split(':') : [host, port].map((v) => String(v ?? ''));
  const said = isFirst ? { address: `${h}:${p}` } : { host: h, port: p };
  return { ...object, apiVersion, spec: { ...rest, ...(address || host || port ? said : {}) } };
}

/** Everything as it should be. */
export const wellBehaved = ({ apiVersion, kind, request: { uid, objects, desiredAPIVersion } }: Review) => ({
  apiVersion,
  kind,
  response: {
    uid,
    result: { status: 'Success' },
    convertedObjects: objects.map((o) => converted(o, desiredAPIVersion)),
  },
});

const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });

export async function conversionScene(): Promise<ConversionScene> {
  const scene = await customScene();
  const asked: Review[] = [];
  let reply: (review: Review) => Reply = wellBehaved;
  const server = createServer({ key, cert }, (request, response) => {
    void text(request).then((body) => {
      const review = JSON.parse(body) as Review;
      asked.push(review);
      const said = reply(review);
      const type = 'type' in said ? said.type : 'application/json';
      if ('text' in said) return response.writeHead(said.status, { 'content-type': type }).end(said.text);
      response.writeHead(200, { 'content-type': type }).end(JSON.stringify(said));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const caBundle = Buffer.from(cert).toString('base64');
  return {
    ...scene,
    url,
    caBundle,
    asked,
    misbehave: (other = wellBehaved) => (reply = other),
    conversion: (more = {}) => ({
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: `${url}/convert`, caBundle }, ...more },
    }),
    stop() {
      scene.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

const aText = { type: 'string' };
const ofFirst = { properties: { address: aText, color: aText, replicas: { type: 'integer' } } };
const ofOthers = { properties: { host: aText, port: aText, color: aText, replicas: { type: 'integer' } } };
const more = {
  subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
};

/** Widgets in three versions, of which the first is stored. */
export const versionsOfWidgets = (stored = 'v1'): JsonObject[] => [
  { ...aVersion('v1', ofFirst, { ...more, ...selectable('.spec.address') }), storage: stored === 'v1' },
  { ...aVersion('v2', ofOthers, { ...more, ...selectable('.spec.host') }), storage: stored === 'v2' },
  { ...aVersion('v3', ofOthers, more), storage: stored === 'v3' },
];

const selectable = (jsonPath: string): JsonObject => ({
  selectableFields: [{ jsonPath }],
  additionalPrinterColumns: [{ name: 'At', type: 'string', jsonPath }],
});

/** Such a definition, whose webhook is the scene's. */
export const convertedDefinition = (scene: ConversionScene, change: JsonObject = {}): JsonObject =>
  aDefinition({ spec: { versions: versionsOfWidgets(), conversion: scene.conversion(), ...change } } as JsonObject);
