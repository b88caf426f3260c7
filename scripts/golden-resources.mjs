import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** How many recorded answers about each resource differ, as a table in Markdown. `files`: recorded cases; `misses`: what differed. */
export function byResource(files, misses) {
  const missed = new Set(misses.map(({ id }) => id));
  const rows = new Map();
  const count = (resource, id) => {
    const row = rows.get(resource) ?? { asked: 0, differ: 0 };
    rows.set(resource, row);
    row.asked++;
    if (missed.has(id)) row.differ++;
  };
  for (const { id, bulk, steps = [] } of files.flatMap(casesOf)) {
    const answered = steps.filter((s) => s.x);
    if (answered.length) count(resourceOf(answered.at(-1).p), id);
    if (!bulk) continue;
    count(resourceOf(bulk.p), `${id} (unchanged)`);
    for (const [path, op, value] of bulk.muts) {
      count(resourceOf(bulk.p), `${id} ${path.join('.')} ${op} ${JSON.stringify(value)?.slice(0, 60)}`);
    }
  }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, r]) => `| ${name} | ${r.asked} | ${r.differ} |`);
  return ['| resource | asked | differ |', '| --- | --- | --- |', ...lines].join('\n');
}

const casesOf = (file) =>
  gunzipSync(readFileSync(file))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const ofCore = /^\/api\/(v1)\/(?:namespaces\/[^/]+\/)?(?!(?:status|finalize)\b)([a-z]+)/;
const ofGroup = /^\/apis\/([^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)/;

/** `apps/v1 deployments`; kinds that the cases define are one, and so is what belongs to no resource. */
function resourceOf(path) {
  const [, version = '', resource = ''] = ofCore.exec(path) ?? ofGroup.exec(path) ?? [];
  if (/\.example\b/.test(version)) return 'custom resources';
  const name = `${version} ${resource}`;
  return published.has(name) ? name : 'discovery, OpenAPI, health and what is not there';
}

const facts = fileURLToPath(new URL('../../shared/facts/resources.json', import.meta.url));
const { resources } = existsSync(facts) ? JSON.parse(readFileSync(facts, 'utf8')) : { resources: [] };
const published = new Set(resources.map((r) => `${r.group ? `${r.group}/` : ''}${r.version} ${r.plural}`));
