import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffTables, type NftTable, replaceTable } from './nft-table.ts';

interface Sketch {
  chains?: Record<string, string[]>;
  map?: Record<string, string>;
  sets?: string[];
}

const tableOf = ({ chains = {}, map, sets = [] }: Sketch): NftTable => {
  const table: NftTable = { chains: new Map(), sets: new Map() };
  for (const [name, rules] of Object.entries(chains)) table.chains.set(name, { rules });
  if (map) {
    table.sets.set('m', { kind: 'map', declaration: 'type a : verdict;', elements: new Map(Object.entries(map)) });
  }
  for (const name of sets) table.sets.set(name, { kind: 'set', declaration: 'type a;', elements: new Map() });
  return table;
};

const cases: { name: string; before: Sketch; after: Sketch; want: string[] }[] = [
  { name: 'nothing changes', before: { chains: { a: ['x'] } }, after: { chains: { a: ['x'] } }, want: [] },
  {
    name: 'a chain appears and a map leads to it',
    before: { map: {} },
    after: { map: { '1': 'goto a' }, chains: { a: ['x', 'y'] } },
    want: ['add chain ip t a', 'add rule ip t a x', 'add rule ip t a y', 'add element ip t m { 1 : goto a }'],
  },
  {
    name: 'a chain goes: first what leads to it',
    before: { map: { '1': 'goto a' }, chains: { a: ['x'] } },
    after: { map: {} },
    want: ['flush chain ip t a', 'delete element ip t m { 1 }', 'delete chain ip t a'],
  },
  {
    name: 'rules change',
    before: { chains: { a: ['x'], b: ['z'] } },
    after: { chains: { a: ['y'], b: ['z'] } },
    want: ['flush chain ip t a', 'add rule ip t a y'],
  },
  {
    name: 'an element gets another value',
    before: { map: { '1': 'drop', '2': 'accept' } },
    after: { map: { '1': 'accept', '2': 'accept' } },
    want: ['delete element ip t m { 1 }', 'add element ip t m { 1 : accept }'],
  },
  {
    name: 'a set goes after the chain that uses it',
    before: { sets: ['s'], chains: { a: ['ip saddr @s'] } },
    after: {},
    want: ['flush chain ip t a', 'delete chain ip t a', 'delete set ip t s'],
  },
];

for (const { name, before, after, want } of cases) {
  test(`diff: ${name}`, () => {
    assert.deepEqual(diffTables('ip t', tableOf(before), tableOf(after)).split('\n').slice(0, -1), want);
  });
}

test('replacing a table begins with removing whatever bears its name', () => {
  assert.equal(
    replaceTable('ip t', tableOf({ chains: { a: ['x'] } })),
    'add table ip t\ndelete table ip t\nadd table ip t\nadd chain ip t a\nadd rule ip t a x\n',
  );
});

test('many elements are added in lines of bounded length', () => {
  const map = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`k${i}`, 'drop']));
  const lines = diffTables('ip t', tableOf({ map: {} }), tableOf({ map }))
    .trim()
    .split('\n');
  assert.equal(lines.length, 3);
});

test('property: a diff, played back, makes the one table of the other', () => {
  const sketch = fc.record({
    chains: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 })),
    map: fc.dictionary(fc.constantFrom('1', '2', '3'), fc.constantFrom('drop', 'accept')),
    sets: fc.uniqueArray(fc.constantFrom('s', 't')),
  });
  fc.assert(
    fc.property(sketch, sketch, (from, to) => {
      const before = tableOf(from);
      const after = tableOf(to);
      assert.deepEqual(play(before, diffTables('ip t', before, after)), after);
    }),
  );
});

/** A small model of nft: does what the commands say, and refuses what nft would refuse. */
function play(table: NftTable, script: string): NftTable {
  const state: NftTable = {
    chains: new Map([...table.chains].map(([name, chain]) => [name, { ...chain }])),
    sets: new Map([...table.sets].map(([name, set]) => [name, { ...set, elements: new Map(set.elements) }])),
  };
  for (const line of script.split('\n').filter(Boolean)) {
    const [, verb, what, name, rest] = /^(\w+) (\w+) ip t (\S+) ?(.*)$/.exec(line)!;
    if (what === 'chain' && verb === 'add') {
      assert.ok(!state.chains.has(name!), line);
      state.chains.set(name!, { rules: [] });
    } else if (what === 'chain' && verb === 'flush') state.chains.set(name!, { rules: [] });
    else if (what === 'chain') {
      assert.deepEqual(state.chains.get(name!)?.rules, [], 'only an empty chain is deleted');
      state.chains.delete(name!);
    } else if (what === 'rule') state.chains.set(name!, { rules: [...state.chains.get(name!)!.rules, rest!] });
    else if (what === 'element') {
      for (const element of rest!.slice(2, -2).split(', ')) {
        const [key, value = ''] = element.split(' : ');
        const { elements } = state.sets.get(name!)!;
        assert.equal(elements.has(key!), verb === 'delete', line);
        if (verb === 'add') elements.set(key!, value);
        else elements.delete(key!);
      }
    } else if (verb === 'add') {
      state.sets.set(name!, { kind: what as 'set', declaration: rest!.slice(2, -2), elements: new Map() });
    } else state.sets.delete(name!);
  }
  return state;
}
