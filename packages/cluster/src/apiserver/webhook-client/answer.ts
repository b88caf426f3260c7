import { type ConfigKind, decodedConfig, headerOf, parsedObject, unregistered } from '../config-file/index.ts';
import { isKnownKind } from '../handlers/known-kinds.ts';
import type { WebhookAnswer } from './connections.ts';

/**
 * The object that a webhook answered with; one that doesn't say what it is, is what was expected. Throws an `Error` in upstream's
 * words for anything else.
 */
export function answeredObject<O extends object>({ status, text, contentType }: WebhookAnswer, kind: ConfigKind<O>): O {
  if (!text) {
    const type = contentType || 'application/json';
    throw new Error(`0-length response with status code: ${status} and content type: ${type}`);
  }
  const { value } = parsedObject(Buffer.from(text));
  const said = headerOf(value);
  const [apiVersion, name] = [said.apiVersion || kind.apiVersion, said.kind || kind.kind];
  if (apiVersion === kind.apiVersion && name === kind.kind) return decodedConfig(kind, value);
  if (!isKnownKind(apiVersion, name)) throw new Error(unregistered({ apiVersion, kind: name }));
  const short = (version: string) => version.split('/').at(-1);
  throw new Error(
    `converting (${short(apiVersion)}.${name}) to (${short(kind.apiVersion)}.${kind.kind}): unknown conversion`,
  );
}
