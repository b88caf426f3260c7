import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FakeProgram, idle } from './cri/fake-process.ts';
import { isReady, KubeletScene, mainOf } from './kubelet-scene.ts';

const app = { name: 'main', image: 'app:1' };
const hour = 3_600_000;

/** What a node does when its wall clock is set, as it is on a machine that finds a time server late, or wakes up. */
for (const [what, byMs] of [
  ['back', -12 * hour],
  ['forward', 12 * hour],
] as const) {
  describe(`a wall clock that is set ${what}`, () => {
    test('holds no crashing container back for longer than the others, and starts none twice', async () => {
      await using scene = await new KubeletScene({ program: async () => 3 }).start();
      await scene.create({ spec: { containers: [app] } });
      const restarted = (times: number) => scene.podWhen((p) => (mainOf(p)?.restartCount ?? 0) >= times, 400_000);
      await restarted(2);
      const gaps: number[] = [];
      for (let times = 3; times <= 5; times++) {
        const before = scene.clock.monotonic();
        scene.clock.jump(byMs);
        const pod = await restarted(times);
        assert.equal(mainOf(pod)?.restartCount, times);
        gaps.push(scene.clock.monotonic() - before);
      }
      for (const [i, most] of [20_000, 40_000, 80_000].entries()) assert.ok(gaps[i]! <= most + 5000, String(gaps));
    });

    test('keeps probes going', async () => {
      let health = 0;
      const program: FakeProgram = (io) => (io.command[0] === 'check' ? Promise.resolve(health) : idle(io));
      await using scene = await new KubeletScene({ program }).start();
      const readinessProbe = { exec: { command: ['check'] }, periodSeconds: 2, initialDelaySeconds: 5 };
      await scene.create({ spec: { containers: [{ ...app, readinessProbe }] } });
      await scene.podWhen((p) => mainOf(p)?.state.running);
      scene.clock.jump(byMs);
      await scene.podWhen(isReady, 10_000);
      scene.clock.jump(byMs);
      health = 1;
      await scene.podWhen((p) => !isReady(p), 10_000);
    });
  });
}

test('a deadline of the wall clock is noticed soon when the clock has passed it', async () => {
  await using scene = await new KubeletScene().start();
  await scene.create({ spec: { containers: [app], activeDeadlineSeconds: 3600, terminationGracePeriodSeconds: 1 } });
  await scene.podWhen(isReady);
  await scene.clock.advance(60_000);
  scene.clock.jump(2 * hour);
  const ended = await scene.podWhen((p) => p.status.phase === 'Failed', 30_000);
  assert.equal(ended.status.reason, 'DeadlineExceeded');
});
