import assert from 'node:assert/strict';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { exitCodeOf } from '../../streaming/index.ts';
import type { ContainerConfig } from './container-messages.ts';
import type { ContainerRuntime } from './runtime.ts';
import { isDeadlineExceeded, isRpcNotFound, RpcError } from '../../grpc/index.ts';
import type { PodSandboxConfig } from './sandbox-messages.ts';

export interface RuntimeUnderTest extends AsyncDisposable {
  runtime: ContainerRuntime;
  /** An image on the machine with `sh`, `cat`, `echo` and `sleep`. */
  image: string;
  logDirectory: string;
  /** Where containers' cgroups go; the runtime's own place when left out. */
  cgroupParent?: string;
}

/** What the node agent relies on; the fake and a real containerd both hold it. */
export function runtimeContract(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(`${name}: contract of a container runtime`, () => {
    let lab: RuntimeUnderTest;
    let runtime: ContainerRuntime;
    const { signal } = new AbortController();
    let pods = 0;

    before(async () => {
      lab = await open();
      runtime = lab.runtime;
    });
    after(() => lab?.[Symbol.asyncDispose]());

    const sandboxConfig = (): PodSandboxConfig => {
      const pod = `pod-${++pods}`;
      return {
        metadata: { name: pod, namespace: 'default', uid: `uid-${pods}`, attempt: 0 },
        logDirectory: `${lab.logDirectory}/${pod}`,
        labels: { 'io.kubernetes.pod.name': pod },
        linux: {
          ...(lab.cgroupParent && { cgroupParent: lab.cgroupParent }),
          securityContext: { namespaceOptions: { network: 'NODE' } },
        },
      };
    };
    const containerConfig = (command: string[], more: ContainerConfig = {}): ContainerConfig => ({
      metadata: { name: 'main', attempt: 0 },
      image: { image: lab.image },
      command,
      labels: { 'io.kubernetes.container.name': 'main' },
      logPath: 'main.log',
      linux: { securityContext: { namespaceOptions: { network: 'NODE' } } },
      ...more,
    });
    const startPod = async (command = ['sleep', '1000'], more: ContainerConfig = {}) => {
      const sandbox = sandboxConfig();
      const sandboxId = await runtime.runPodSandbox(sandbox, { signal });
      const id = await runtime.createContainer(sandboxId, containerConfig(command, more), { signal, sandbox });
      await runtime.startContainer(id, { signal });
      return { sandbox, sandboxId, id };
    };
    const exited = async (id: string) => {
      for (;;) {
        const status = await runtime.containerStatus(id, { signal });
        if (status.state === 'CONTAINER_EXITED') return status;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };

    it('says who it is and that it is ready', async () => {
      const version = await runtime.version({ signal });
      assert.equal(version.runtimeApiVersion, 'v1');
      assert.ok(version.runtimeName);
      const { status } = await runtime.status({ signal });
      assert.equal(status?.conditions.find((c) => c.type === 'RuntimeReady')?.status, true);
    });

    it('runs a pod from sandbox to removal', async () => {
      const { sandbox, sandboxId, id } = await startPod();
      const labels = sandbox.labels!;
      const [listed] = await runtime.listPodSandboxes({ labels, state: 'SANDBOX_READY' }, { signal });
      assert.equal(listed?.id, sandboxId);
      assert.deepEqual({ ...listed.metadata }, sandbox.metadata);
      assert.equal((await runtime.podSandboxStatus(sandboxId, { signal })).state, 'SANDBOX_READY');

      const running = await runtime.containerStatus(id, { signal });
      assert.equal(running.state, 'CONTAINER_RUNNING');
      assert.ok(running.startedAt >= running.createdAt && running.createdAt > 0);
      assert.equal(running.finishedAt, 0);
      assert.equal(running.logPath, `${sandbox.logDirectory}/main.log`);
      const [container] = await runtime.listContainers({ sandboxId, state: 'CONTAINER_RUNNING' }, { signal });
      assert.equal(container?.id, id);

      await runtime.stopContainer(id, { signal, graceSeconds: 0 });
      const stopped = await runtime.containerStatus(id, { signal });
      assert.equal(stopped.state, 'CONTAINER_EXITED');
      assert.ok(stopped.exitCode === 137 || stopped.exitCode === 143);
      assert.equal(stopped.reason, 'Error');
      assert.ok(stopped.finishedAt >= stopped.startedAt);

      await runtime.removeContainer(id, { signal });
      await runtime.stopPodSandbox(sandboxId, { signal });
      assert.equal((await runtime.podSandboxStatus(sandboxId, { signal })).state, 'SANDBOX_NOTREADY');
      await runtime.removePodSandbox(sandboxId, { signal });
      assert.deepEqual(await runtime.listPodSandboxes({ id: sandboxId }, { signal }), []);
    });

    it('keeps the exit code of a container that ended by itself', async () => {
      const { sandboxId, id } = await startPod(['sh', '-c', 'exit 7']);
      const failed = await exited(id);
      assert.equal(failed.exitCode, 7);
      assert.equal(failed.reason, 'Error');
      const { id: other, sandboxId: otherSandbox } = await startPod(['sh', '-c', 'exit 0']);
      assert.equal((await exited(other)).reason, 'Completed');
      await runtime.removePodSandbox(sandboxId, { signal });
      await runtime.removePodSandbox(otherSandbox, { signal });
      await assert.rejects(runtime.containerStatus(id, { signal }), isRpcNotFound);
    });

    it('finds nothing to do when told to stop or remove what is gone', async () => {
      const { sandboxId, id } = await startPod();
      await runtime.removePodSandbox(sandboxId, { signal });
      await runtime.stopContainer(id, { signal, graceSeconds: 1 });
      await runtime.removeContainer(id, { signal });
      await runtime.stopPodSandbox(sandboxId, { signal });
      await runtime.removePodSandbox(sandboxId, { signal });
      await assert.rejects(runtime.podSandboxStatus(sandboxId, { signal }), isRpcNotFound);
    });

    it('refuses a container of an image that is not there', async () => {
      const sandbox = sandboxConfig();
      const sandboxId = await runtime.runPodSandbox(sandbox, { signal });
      const image = { image: 'localhost/not-there:1' };
      await assert.rejects(
        runtime.createContainer(sandboxId, containerConfig(['sh'], { image }), { signal, sandbox }),
        RpcError,
      );
      assert.equal(await runtime.images.status(image, { signal }), undefined);
      await runtime.images.remove(image, { signal });
      await runtime.removePodSandbox(sandboxId, { signal });
    });

    it('knows its images', async () => {
      const image = await runtime.images.status({ image: lab.image }, { signal });
      assert.match(image?.id ?? '', /^sha256:/);
      assert.ok(image!.size > 0);
      const listed = await runtime.images.list({ signal });
      assert.ok(listed.some((i) => i.id === image!.id));
      assert.equal((await runtime.images.status({ image: image!.id }, { signal }))?.id, image!.id);
      const { imageFilesystems } = await runtime.images.fsInfo({ signal });
      assert.ok(imageFilesystems[0]?.fsId?.mountpoint);
    });

    it('runs commands in a container and gives their output and exit code', async () => {
      const { sandboxId, id } = await startPod();
      const said = await runtime.execSync(id, ['echo', 'hello'], { signal });
      assert.deepEqual([said.stdout.toString(), said.exitCode], ['hello\n', 0]);
      assert.equal((await runtime.execSync(id, ['sh', '-c', 'exit 3'], { signal })).exitCode, 3);
      await assert.rejects(runtime.execSync(id, ['sleep', '60'], { signal, timeoutSeconds: 1 }), isDeadlineExceeded);
      await runtime.removePodSandbox(sandboxId, { signal });
    });

    it('streams a command: half-closed stdin, separate output, exit code', async () => {
      const { sandboxId, id } = await startPod();
      const cat = await runtime.exec(id, ['cat'], { signal, stdin: true, stdout: true, stderr: true });
      cat.stdin!.end('over and out');
      assert.equal(await text(cat.stdout!), 'over and out');
      assert.equal(exitCodeOf(await cat.status), 0);

      const failing = await runtime.exec(id, ['sh', '-c', 'exit 5'], { signal, stdout: true, stderr: true });
      const [out, err] = await Promise.all([buffer(failing.stdout!), buffer(failing.stderr!)]);
      assert.equal(out.length + err.length, 0);
      assert.equal(exitCodeOf(await failing.status), 5);
      await runtime.removePodSandbox(sandboxId, { signal });
    });

    it('attaches to a container with stdin', async () => {
      const { sandboxId, id } = await startPod(['cat'], { stdin: true, stdinOnce: true });
      const session = await runtime.attach(id, { signal, stdin: true, stdout: true, stderr: true });
      session.stdin!.write('ping\n');
      const [first] = (await once(session.stdout!, 'data')) as [Buffer];
      assert.equal(first.toString(), 'ping\n');
      session.stdin!.end();
      assert.equal((await exited(id)).exitCode, 0);
      session.close();
      await runtime.removePodSandbox(sandboxId, { signal });
    });

    it('reopens logs and changes resources of running containers', async () => {
      const { sandboxId, id } = await startPod();
      await runtime.reopenContainerLog(id, { signal });
      await runtime.updateContainerResources(id, { cpuShares: 512 }, { signal });
      const stats = await runtime.listContainerStats({ id }, { signal });
      assert.equal(stats[0]?.attributes?.id, id);
      await runtime.removePodSandbox(sandboxId, { signal });
    });

    it('gives up when the caller does', async () => {
      await assert.rejects(runtime.version({ signal: AbortSignal.abort() }), { name: 'AbortError' });
    });
  });
}
