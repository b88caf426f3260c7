import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFrames } from './frame-reader.ts';

async function* cut(bytes: Uint8Array, at: readonly number[]) {
  let from = 0;
  for (const to of [...at.toSorted((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

test('frames come out whole wherever the stream was cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: fc.string(), text: fc.string({ unit: 'grapheme' }) }), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (objects, cuts) => {
        const frames = objects.map(({ name, text }) => ({ type: 'ADDED', object: { metadata: { name }, text } }));
        const bytes = Buffer.from(frames.map((f) => `${JSON.stringify(f)}\n`).join(''));
        const at = cuts.map((c) => c % (bytes.length + 1));
        const seen: unknown[] = [];
        for await (const frame of readFrames(cut(bytes, at))) seen.push(frame);
        assert.deepEqual(seen, JSON.parse(JSON.stringify(frames)));
      },
    ),
  );
});

test('an unfinished frame at the end of the stream is not told', async () => {
  const seen: unknown[] = [];
  for await (const frame of readFrames(cut(Buffer.from('{"type":"ADDED","object":{}}\n{"type":"AD'), [])))
    seen.push(frame);
  assert.equal(seen.length, 1);
});
