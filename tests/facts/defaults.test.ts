import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject, type JsonObject, type KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, decode } from '@tiphys/sdk/schema';
import { declaredKinds, factText, isServed, noFacts, titleOf } from './facts.ts';

/** A default that can be told in one line: what a field becomes when nobody sets it. */
interface Told {
  readonly path: string;
  readonly value: unknown;
}

const statement = /^([a-z][\w.[\]]*):? (\S+)(?: \(\d+\))? — (?:unset(?: \(0\))?|nil)$/i;

test('what nobody sets becomes what is published', { skip: noFacts }, async (t) => {
  let compared = 0;
  for (const [title, told] of sections(factText('defaults.md'))) {
    const kind = declaredKinds.find((k) => k.kind === title || (title === 'PodSpec' && k.kind === 'Pod'));
    // What isn't served yet fills nothing yet.
    if (!kind || !isServed(kind)) continue;
    for (const { path, value } of told) {
      const full = located(kind, path);
      if (!full) continue;
      compared++;
      await t.test(`${titleOf(kind)} ${full}: ${JSON.stringify(value)}`, () => {
        const steps = full.split('.');
        const object = decode(kind.schema.shape, manifest(steps)) as KubeObject;
        kind.default?.(object);
        assert.deepEqual(at(object, steps), value);
      });
    }
  }
  assert.ok(compared >= 15, `only ${compared} defaults could be read`);
});

function sections(text: string): [title: string, told: Told[]][] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = '', ...lines] = section.split('\n');
      const [title = '', ...inline] = head.split(' — ');
      const clauses = [inline.join(' — '), ...lines.map((l) => l.replace(/^- /, ''))].flatMap((l) => l.split('; '));
      return [title.split(/[ (,]/)[0]!, clauses.flatMap(tell)];
    });
}

function tell(clause: string): Told[] {
  const m = statement.exec(clause.trim());
  if (!m || m[2]!.startsWith('=')) return [];
  const [, path = '', word = ''] = m;
  const value: unknown =
    word === '0644'
      ? 420
      : word === '{}'
        ? {}
        : /^(-?\d+|true|false)$/.test(word)
          ? JSON.parse(word)
          : word.replaceAll('"', '');
  return [{ path, value }];
}

/** Where the path begins: at the top of the object or in its spec. Undefined for what is no field of the kind. */
function located(kind: AnyKind, path: string): string | undefined {
  const first = path.split(/[.[]/)[0]!;
  const { fields } = kind.schema.shape;
  if (fields.has(first)) return path;
  const spec = fields.get('spec')?.shape;
  return spec?.type === 'struct' && spec.fields.has(first) ? `spec.${path}` : undefined;
}

/** As little as makes the field's place exist: `spec.ports[].protocol` is the protocol of one port. */
function manifest(steps: readonly string[]): JsonObject {
  const [first = '', ...rest] = steps;
  if (!rest.length) return {};
  const inner = manifest(rest);
  return { [first.replace('[]', '')]: first.endsWith('[]') ? [inner] : inner };
}

function at(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((v, step) => {
    const member = isObject(v) ? v[step.replace('[]', '')] : undefined;
    return step.endsWith('[]') ? (member as unknown[] | undefined)?.[0] : member;
  }, value);
}
