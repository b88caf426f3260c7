import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CelInput, run } from '@bufbuild/cel';
import { anyExpression, Dice } from '../go/cel-expressions.ts';
import { outcomeOf } from '../go/cel-values.ts';

const seed = Number(process.env['SEED'] ?? 36);
const count = 20_000;

/**
 * What the other implementation doesn't have (optionals, macros over two variables, objects) or sees otherwise than cel-go: times, -0,
 * texts that are no numbers.
 */
const elsewhere =
  /optional|Value\(|value\(|\?|cel\.bind|transform|existsOne|k, v|first\(|last\(|timestamp|duration|get[A-Z]|-0\.0|\b(u?int|double|bool)\(|\b(o|x|oi|lx|u|t|r|0u)\b/;

const variables: Record<string, CelInput> = {
  i: 5n,
  d: 2.5,
  b: true,
  s: 'héllo wörld',
  y: Buffer.from('bytes'),
  li: [3n, 1n, 2n],
  ls: ['b', 'a', 'c'],
  msi: new Map([
    ['one', 1n],
    ['two', 2n],
  ]),
};

/** Their value as `outcomeOf` writes it; nothing for errors, and for values that are compared elsewhere. */
function value(expr: string): string | undefined {
  let value: unknown;
  try {
    value = run(expr, variables);
  } catch {
    // Which of two errors is said differs.
    return undefined;
  }
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value);
  return typeof value === 'string' ? JSON.stringify(value) : undefined;
}

test('expressions mean what another implementation in this language reads in them', () => {
  const dice = new Dice(seed);
  let compared = 0;
  for (let n = 0; n < count; n++) {
    const expr = anyExpression(dice);
    if (elsewhere.test(expr)) continue;
    const ours = outcomeOf(expr);
    if (ours.issues) continue;
    const theirs = value(expr);
    if (theirs === undefined) continue;
    assert.equal(ours.value, theirs, `SEED=${seed}: ${expr}`);
    compared++;
  }
  assert.ok(compared > count / 20, `only ${compared} were compared`);
});
