import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pod } from '@tiphys/sdk/api';
import { erase } from '@tiphys/sdk/schema';
import { type AdmissionAttributes, AdmissionChain, type Admitted, type AdmissionPlugin } from './plugin.ts';

const write: AdmissionAttributes = {
  operation: 'CREATE',
  kind: erase(pod),
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: 'p',
  user: { name: 'ada', groups: [], extra: {} },
  options: {},
  dryRun: false,
  warn: () => {},
};

/** What a plugin does, each time that it is asked. */
type Act = () => Admitted | Promise<Admitted>;

/** A chain of plugins `a`, `b`…, who was asked, and what was counted. */
function chainOf(...acts: readonly Act[]) {
  const asked: string[] = [];
  const counted: string[] = [];
  const plugins = acts.map((act, i): AdmissionPlugin => {
    const name = 'abc'[i]!;
    return {
      name,
      matches: { operations: ['CREATE'], resources: ['pods'] },
      admit: () => {
        asked.push(name);
        return act();
      },
    };
  });
  let now = 0;
  const cell = (name: string) => ({
    passed: (ms: number) => void counted.push(`${name} passed ${ms}`),
    rejected: (ms: number) => void counted.push(`${name} rejected ${ms}`),
  });
  const counts = { step: () => cell('all'), plugin: (name: string) => cell(name) };
  const chain = new AdmissionChain(plugins, { now: () => now, counts });
  return { chain, asked, counted, pass: (ms: number) => (now += ms) };
}

const atOnce: Act = () => {};
const refuses: Act = () => {
  throw new Error('no');
};

describe('a step of admission', () => {
  test('promises nothing where nobody has to be waited for', () => {
    const { chain, asked, counted } = chainOf(atOnce, atOnce);
    assert.equal(chain.admit(write), undefined);
    assert.deepEqual(asked, ['a', 'b']);
    assert.deepEqual(counted, ['a passed 0', 'b passed 0', 'all passed 0']);
  });

  test('asks nobody before those who come first have answered', async () => {
    let answer = () => {};
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const { chain, asked, counted, pass } = chainOf(atOnce, () => slow, atOnce);
    const done = chain.admit(write);
    assert.ok(done instanceof Promise);
    assert.deepEqual(asked, ['a', 'b']);
    pass(7);
    answer();
    await done;
    assert.deepEqual(asked, ['a', 'b', 'c']);
    assert.deepEqual(counted, ['a passed 0', 'b passed 7', 'c passed 0', 'all passed 7']);
  });

  for (const [name, again] of Object.entries<Act>({
    'at once': () => 'look again',
    later: () => Promise.resolve('look again' as const),
  })) {
    test(`asks everybody a second time, and no third, when somebody says so ${name}`, async () => {
      const { chain, asked } = chainOf(atOnce, again);
      await chain.admit(write);
      assert.deepEqual(asked, ['a', 'b', 'a', 'b']);
    });
  }

  test('ends with a refusal, thrown at once', () => {
    const { chain, asked, counted } = chainOf(atOnce, refuses, atOnce);
    assert.throws(() => chain.admit(write), /no/);
    assert.deepEqual(asked, ['a', 'b']);
    assert.deepEqual(counted, ['a passed 0', 'b rejected 0', 'all rejected 0']);
  });

  test('counts a refusal for whoever refused, after others were waited for', async () => {
    const { chain, counted, pass } = chainOf(() => Promise.resolve(), refuses);
    const done = chain.admit(write);
    pass(3);
    await assert.rejects(Promise.resolve(done), /no/);
    assert.deepEqual(counted, ['a passed 3', 'b rejected 0', 'all rejected 3']);
  });

  test('asks nobody about what has been admitted as what it comes of', () => {
    const { chain, asked, counted } = chainOf(refuses);
    assert.equal(chain.admit({ ...write, admitted: true }), undefined);
    assert.deepEqual({ asked, counted }, { asked: [], counted: [] });
  });
});
