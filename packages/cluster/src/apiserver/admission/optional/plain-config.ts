import { isObject } from '@tiphys/sdk/machinery';
import { readJson } from '../../handlers/json-text.ts';
import { readYaml } from '../../yaml/index.ts';

/** A configuration from the time before they had kinds and versions: an object in JSON or YAML. */
export function readPlainConfig(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (!bytes?.length) return {};
  const { value } = String(Buffer.from(bytes)).trimStart().startsWith('{') ? readJson(bytes) : readYaml(bytes);
  return isObject(value) ? value : {};
}
