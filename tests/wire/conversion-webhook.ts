import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { selfSigned } from 'tiphys/pki';

interface Berth {
  readonly apiVersion: string;
  readonly spec?: { readonly at?: string; readonly pier?: string; readonly place?: string };
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Berth[] };
}

/** A webhook that converts berths: `at: PIER/PLACE` in v1 is `pier` and `place` in v2. */
export interface ConversionWebhook {
  readonly url: string;
  readonly caBundle: string;
  /** Makes it refuse to convert, in these words; nothing: to convert again. */
  refuse(why?: string): void;
  close(): void;
}

export async function conversionWebhook(): Promise<ConversionWebhook> {
  let refusal: string | undefined;
  const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });
  const server = createServer({ key, cert }, (request, response) => {
    void json(request).then((body) => {
      const { apiVersion, kind, request: asked } = body as Review;
      const { uid, objects, desiredAPIVersion } = asked;
      const result = refusal === undefined ? { status: 'Success' } : { status: 'Failure', message: refusal };
      const convertedObjects = objects.map((o) => inVersion(o, desiredAPIVersion));
      response.end(JSON.stringify({ apiVersion, kind, response: { uid, result, convertedObjects } }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/convert`,
    caBundle: Buffer.from(cert).toString('base64'),
    refuse: (why) => (refusal = why),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function inVersion({ spec = {}, ...object }: Berth, apiVersion: string): Berth {
  const { at, pier, place, ...rest } = spec;
  if (apiVersion.endsWith('/v1'))
    return { ...object, apiVersion, spec: { ...rest, at: `${pier ?? ''}/${place ?? ''}` } };
  const [p = '', n = ''] = (at ?? '').split('/');
  return { ...object, apiVersion, spec: { ...rest, pier: p, place: n } };
}
