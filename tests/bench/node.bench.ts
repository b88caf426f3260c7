import { image, NodeLab, waits, whyNoNode } from '../e2e/node-lab.ts';
import type { Bench, Row } from './row.ts';

const runs = 15;

/** How soon a pod runs in a real container, beside what the runtime alone takes for the same. */
export const node: Bench = {
  name: 'node',
  async run(progress) {
    const why = await whyNoNode();
    if (why) {
      progress(`skipped: ${why}`);
      return [];
    }
    await using lab = await NodeLab.open();
    const times: number[] = [];
    const alone: number[] = [];
    for (let i = 0; i < runs; i++) {
      progress(`pod ${i + 1} of ${runs}`);
      // One after the other, so that both meet the machine in the same mood.
      times.push(await timeOf(() => runPod(lab, `pod-${i}`)));
      await lab.remove(`pod-${i}`);
      alone.push(await byRuntimeAlone(lab, i));
    }
    const rows: Row[] = [
      {
        what: 'node Ready',
        definition: 'from no containerd to a node that is Ready, network included',
        p50Ms: lab.readyMs,
      },
      {
        what: 'pod create to Running',
        definition: `from the request to a status that says Running; image present; API server in the process; median and worst of ${runs}`,
        ...spread(times),
        peers: [{ what: 'containerd alone', definition: 'sandbox, container and start over CRI', ...spread(alone) }],
      },
    ];
    return rows;
  },
};

async function runPod(lab: NodeLab, name: string): Promise<void> {
  await lab.create(name, waits);
  await lab.podWhen(name, (p) => p.status.phase === 'Running');
}

async function byRuntimeAlone(lab: NodeLab, i: number): Promise<number> {
  const { runtime, dir } = lab.containerd;
  const { signal } = new AbortController();
  const sandbox = {
    metadata: { name: `alone-${i}`, namespace: 'bench', uid: `alone-${i}`, attempt: 0 },
    logDirectory: `${dir}/alone`,
    linux: { cgroupParent: `/${lab.config.cgroupRoot}` },
  };
  let id = '';
  const ms = await timeOf(async () => {
    id = await runtime.runPodSandbox(sandbox, { signal });
    const config = {
      metadata: { name: 'main', attempt: 0 },
      image: { image },
      command: ['sh', '-c', waits],
      logPath: 'log',
    };
    const container = await runtime.createContainer(id, config, { signal, sandbox });
    await runtime.startContainer(container, { signal });
  });
  await runtime.stopPodSandbox(id, { signal });
  await runtime.removePodSandbox(id, { signal });
  return ms;
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const beganAt = performance.now();
  await work();
  return performance.now() - beganAt;
}

function spread(times: readonly number[]): Pick<Row, 'p50Ms' | 'p99Ms'> {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50Ms: sorted[Math.floor(sorted.length / 2)]!, p99Ms: sorted.at(-1)! };
}
