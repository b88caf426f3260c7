import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@tiphys/sdk/runtime';
import { removeNode } from 'tiphys/kubelet';
import { architecture, ContainerdLab, whyNoContainers } from './containerd-lab.ts';

const skip = (await whyNoContainers()) ?? false;
const holder = fileURLToPath(new URL('containerd-holder.js', import.meta.url));

describe('a containerd of our own', { skip, timeout: 60_000 }, () => {
  const sandboxOf = (dir: string) => ({
    metadata: { name: 'pod', namespace: 'default', uid: 'uid', attempt: 0 },
    logDirectory: join(dir, 'logs'),
    linux: {
      cgroupParent: `/tiphys-containerd-${process.pid}`,
      securityContext: { namespaceOptions: { network: 'NODE' as const } },
    },
  });

  it('is taken over with what it runs when its keeper was killed, and leaves nothing in the end', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tiphys-node-'));
    const keeper = spawn(process.execPath, [holder, join(dir, 'containerd'), join(dir, 'net.d'), architecture]);
    const [line] = (await once(keeper.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    const { signal } = new AbortController();
    const first = ContainerdLab.attach(dir);
    const id = await first.runtime.runPodSandbox(sandboxOf(dir), { signal });
    first.runtime.close();
    keeper.kill('SIGKILL');
    await once(keeper, 'exit');
    assert.match(await commandOf(String(pid)), /containerd/);

    const lab = await ContainerdLab.open({ dir });
    try {
      // Ended, whether somebody has buried it yet or not.
      assert.equal(await commandOf(String(pid)), '');
      const [found] = await lab.runtime.listPodSandboxes({}, { signal });
      assert.deepEqual([found?.id, found?.state], [id, 'SANDBOX_READY']);
    } finally {
      await lab[Symbol.asyncDispose]();
      await removeNode({ rootDir: dir, podLogsDir: dir, cgroupRoot: `tiphys-containerd-${process.pid}` });
    }
    await assert.rejects(access(dir), { code: 'ENOENT' });
    const commands = await Promise.all((await readdir('/proc')).filter((n) => /^\d+$/.test(n)).map(commandOf));
    assert.deepEqual(
      commands.filter((c) => c.includes(dir)),
      [],
    );
  });

  it('says why it could not be started', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tiphys-node-'));
    await assert.rejects(ContainerdLab.open({ dir, binary: 'no-such-containerd' }), /no-such-containerd/);
    const beganAt = systemClock.monotonic();
    await assert.rejects(ContainerdLab.open({ dir, binary: '/bin/false' }));
    assert.ok(systemClock.monotonic() - beganAt < 5000);
  });
});

const commandOf = (pid: string): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
