import { test } from 'node:test';
import { removeNode } from 'tiphys/kubelet';
import { runtimeContract } from 'tiphys/kubelet/cri/contract';
import { ContainerdLab, whyNoContainers } from './containerd-lab.ts';

const skip = await whyNoContainers();

if (skip) test('containerd: contract of a container runtime', { skip });
else {
  runtimeContract('containerd', async () => {
    const lab = await ContainerdLab.open();
    const image = 'docker.io/library/shell:1';
    await lab.addImage(image, ['sh', 'cat', 'echo', 'sleep']);
    const cgroupRoot = `tiphys-contract-${process.pid}`;
    return {
      runtime: lab.runtime,
      image,
      logDirectory: `${lab.dir}/logs`,
      cgroupParent: `/${cgroupRoot}`,
      [Symbol.asyncDispose]: async () => {
        await lab[Symbol.asyncDispose]();
        await removeNode({ rootDir: lab.dir, podLogsDir: lab.dir, cgroupRoot });
      },
    };
  });
}
