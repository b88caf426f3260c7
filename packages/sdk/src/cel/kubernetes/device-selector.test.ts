import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorProblem } from './device-selector.ts';

test('selectors say something of devices, which could be true', () => {
  for (const good of [
    "device.driver == 'a.b'",
    "device.attributes['a.b'].model",
    "device.capacity['a.b'].memory.compareTo(quantity('1Gi')) >= 0",
    'device.allowMultipleAllocations',
    "cel.bind(a, device.attributes['a.b'], a.x && a.y)",
  ]) {
    assert.equal(selectorProblem(good), undefined, good);
  }
});

test('others are refused, and those that take too long are told apart', () => {
  assert.deepEqual(selectorProblem('device.driver'), {
    problem: 'must evaluate to bool or the unknown type, not string',
    isTooCostly: false,
  });
  assert.match(
    selectorProblem('device.nope')!.problem,
    /^compilation failed: ERROR: <input>:1:7: undefined field 'nope'/,
  );
  const costly = "device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, a.matches('x'))))";
  const nested = `device.attributes.all(z, ${costly})`;
  assert.deepEqual(selectorProblem(nested), { problem: 'too complex, exceeds cost limit', isTooCostly: true });
});
