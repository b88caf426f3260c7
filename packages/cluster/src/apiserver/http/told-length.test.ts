import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '../context.ts';
import { toldLength } from './told-length.ts';

const bytes = (...sizes: number[]): Body => ({ type: 'bytes', pieces: sizes.map((n) => new Uint8Array(n)) });
const none: Body = { type: 'none' };
const stream: Body = { type: 'stream', chunks: (async function* () {})() };

for (const [what, body, { status = 200, headers = {}, isHead = false }, want] of [
  ['a short body', bytes(7, 3), {}, 10],
  ['one that just fits', bytes(100), {}, 100],
  ['one that is a byte too long', bytes(60, 41), {}, undefined],
  ['no body', none, {}, 0],
  ['an empty one', bytes(), {}, 0],
  ['a short body that isn’t sent', bytes(7), { isHead: true }, 7],
  ['no body where none is sent', none, { isHead: true }, undefined],
  ['a stream', stream, {}, undefined],
  ['no content', none, { status: 204 }, undefined],
  ['nothing new', none, { status: 304 }, undefined],
  ['what says so itself', bytes(7), { headers: { 'content-length': '7' } }, undefined],
] as const satisfies readonly (readonly [
  string,
  Body,
  { status?: number; headers?: object; isHead?: boolean },
  unknown,
])[]) {
  test(`the length of ${what}`, () => {
    assert.equal(toldLength({ status, headers, body }, { isHead, most: 100 }), want);
  });
}
