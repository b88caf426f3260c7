import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flowHash, handOf } from './shuffle-sharding.ts';

const decks = fc
  .tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 7 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  .filter(([deck, size]) => size <= deck);

test('a hand has so many different cards of the deck', () => {
  fc.assert(
    fc.property(decks, ([deck, size, hash]) => {
      const hand = handOf(hash, { deck, size });
      assert.equal(new Set(hand).size, size);
      for (const card of hand) assert.ok(card >= 0 && card < deck);
    }),
  );
});

test('every hand stands for one remainder of the hash, so that all are as likely', () => {
  fc.assert(
    fc.property(decks, ([deck, size, hash]) => {
      // Backwards: which card each is of those that were left, and those as digits.
      const hand = handOf(hash, { deck, size });
      let number = 0n;
      let hands = 1n;
      for (const [i, card] of hand.entries()) {
        const before = hand.slice(0, i).filter((c) => c < card).length;
        number += BigInt(card - before) * hands;
        hands *= BigInt(deck - i);
      }
      assert.equal(number, hash % hands);
    }),
  );
});

test('flows are told apart by schema and distinguisher, each by itself', () => {
  const all = [flowHash('a', 'b'), flowHash('a', ''), flowHash('ab', ''), flowHash('', 'ab'), flowHash('b', 'a')];
  assert.equal(new Set(all).size, all.length);
  assert.equal(flowHash('a', 'b'), flowHash('a', 'b'));
});

test('of few flows hardly any two share their whole hand', () => {
  const hands = Array.from({ length: 200 }, (_, i) => handOf(flowHash('s', `user-${i}`), { deck: 128, size: 6 }));
  const crushed = hands.filter((hand, i) => hands.some((other, j) => i !== j && hand.every((q) => other.includes(q))));
  assert.equal(crushed.length, 0);
});
