import { test } from 'node:test';
import { runtimeContract } from 'tiphys/kubelet/cri/contract';
import { ContainerdLab, whyNoContainers } from './containerd-lab.ts';

const skip = await whyNoContainers();

if (skip) test('containerd: contract of a container runtime', { skip });
else {
  runtimeContract('containerd', async () => {
    const lab = await ContainerdLab.open();
    const image = 'docker.io/library/shell:1';
    await lab.addImage(image, ['sh', 'cat', 'echo', 'sleep']);
    return {
      runtime: lab.runtime,
      image,
      hasStreams: false,
      logDirectory: `${lab.dir}/logs`,
      [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
    };
  });
}
