import { readFileSync } from 'node:fs';
import { messageOf } from '@tiphys/sdk/runtime';
import { decodedConfig, headerOf, missingIn, parsedObject, unregistered } from '../../config-file/index.ts';
import { beta, first, ofBeta, ofFirst, type Policy } from './policy.ts';

/** Upstream's reader of lines takes none that are longer. */
const longestLine = 64 * 1024 - 1;

/** The policies of a file, one a line; comments begin with `#`. Throws in upstream's words, with the line. */
export function readPolicies(path: string, text: string = textIn(path)): { policies: Policy[]; unversioned: number } {
  const policies: Policy[] = [];
  let unversioned = 0;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (Buffer.byteLength(line) > longestLine) {
      throw new Error(`error reading policy file ${path}: bufio.Scanner: token too long`);
    }
    if (!line.trim() || line.trim().startsWith('#')) continue;
    try {
      const { policy, isVersioned } = policyOf(line);
      policies.push(policy);
      if (!isVersioned) unversioned++;
    } catch (err) {
      throw new Error(`error reading policy file ${path}, line ${i + 1}: ${line}: ${messageOf(err)}`, { cause: err });
    }
  }
  return { policies, unversioned };
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    throw new Error(`open ${path}: ${code === 'ENOENT' ? 'no such file or directory' : message}`, { cause: err });
  }
}

function policyOf(line: string): { policy: Policy; isVersioned: boolean } {
  const { value } = parsedObject(Buffer.from(line));
  const header = headerOf(value);
  const is = (kind: typeof beta | typeof first) => header.kind === kind.kind && header.apiVersion === kind.apiVersion;
  if (is(beta)) return { policy: ofBeta(decodedConfig(beta, value)), isVersioned: true };
  if (is(first)) return { policy: ofFirst(decodedConfig(first, value)), isVersioned: true };
  // What isn't said is that of the first version.
  const said = { apiVersion: header.apiVersion || first.apiVersion, kind: header.kind || first.kind };
  if (missingIn(header, line) && said.apiVersion === beta.apiVersion && said.kind === beta.kind) {
    throw new Error('converting (v1beta1.Policy) to (v0.Policy): unknown conversion');
  }
  if (said.apiVersion !== first.apiVersion || said.kind !== first.kind) throw new Error(unregistered(said));
  return { policy: ofFirst(decodedConfig(first, value)), isVersioned: false };
}
