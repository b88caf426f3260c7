// Reads what upstream says of its types and fields out of the doc comments of @kubernetes/client-node (Apache-2.0, see NOTICE)
// into an artefact that the API server serves in its OpenAPI documents. The texts are in no file of this repository.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const models = join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');
const target = join(root, 'packages/cluster/dist/descriptions.txt');

if (existsSync(models) && !isFresh()) {
  const lines = [];
  for (const file of readdirSync(models)) {
    if (!file.endsWith('.d.ts')) continue;
    const source = readFileSync(join(models, file), 'utf8');
    const name = /export declare class (\w+)/.exec(source)?.[1];
    if (name) lines.push(`${name}\t${JSON.stringify(textsIn(source, name))}`);
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, lines.join('\n'));
}

/** A doc comment belongs to the class or the quoted member that follows it. */
function textsIn(source, name) {
  const out = {};
  for (const [, comment, member, declared] of source.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:'([^']+)'\??:|export declare class (\w+))/g,
  )) {
    const text = comment
      .replace(/^\s*\*? ?/gm, '')
      .trim()
      .replaceAll(/\\(['"])/g, '$1');
    if (declared === name) out[''] = text;
    // The library puts an underscore before names that are words of the language.
    else if (member) out[member.replace(/^_/, '')] = text;
  }
  return out;
}

function isFresh() {
  return existsSync(target) && statSync(target).mtimeMs > statSync(models).mtimeMs;
}
