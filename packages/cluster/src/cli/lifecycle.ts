import { existsSync, readdirSync, rmSync } from 'node:fs';
import { node as nodeKind } from '@tiphys/sdk/api';
import { createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { messageOf, systemClock as clock } from '@tiphys/sdk/runtime';
import { filesIn } from './data-dir.ts';
import { Failure } from './failure.ts';
import { forgetRunning, isAlive, readRunning, type Running } from './running.ts';
import { keepPodsSignal } from './stop-signal.ts';

/** Pods may take their whole grace, and the runtime some time beside it. */
const downPatienceMs = 90_000;
const lookEveryMs = 50;

/** Asks the cluster to end and waits until it has. */
export async function down(dataDir: string, keepPods: boolean): Promise<void> {
  const running = readRunning(dataDir);
  if (!running) {
    forgetRunning(dataDir);
    process.stderr.write(`tiphys: nothing runs in ${dataDir}\n`);
    return;
  }
  process.kill(running.pid, keepPods ? keepPodsSignal : 'SIGTERM');
  const giveUpAt = clock.monotonic() + downPatienceMs;
  while (isAlive(running)) {
    if (clock.monotonic() > giveUpAt) {
      throw new Failure(
        `process ${running.pid} still ends its pods: wait, or end it at once with "kill ${running.pid}"`,
      );
    }
    await clock.sleep(lookEveryMs);
  }
  process.stderr.write(`tiphys: ended${keepPods ? ', its pods go on' : ''}\n`);
}

/** Resolves to the exit code: 0 when a cluster runs and answers. */
export async function status(dataDir: string, output: 'text' | 'json'): Promise<number> {
  const running = readRunning(dataDir);
  const found = running && { ...running, ...(await ask(running, dataDir)) };
  if (output === 'json') {
    const { startTicks: _, ...told } = { startTicks: '', ...found };
    process.stdout.write(`${JSON.stringify({ running: Boolean(running), dataDir, ...told })}\n`);
  } else if (!found) process.stdout.write(`nothing runs in ${dataDir}\n`);
  else {
    const { server, pid, version, problem, ready, nodes } = found;
    process.stdout.write(
      [
        `server      ${server} (${version}, process ${pid})`,
        `health      ${problem ?? 'ok'}`,
        `nodes       ${nodes}${ready ? `: ${ready.join(', ')}` : ''}`,
        `kubeconfig  ${filesIn(dataDir).adminKubeconfig}`,
        '',
      ].join('\n'),
    );
  }
  return found && !found.problem ? 0 : 1;
}

async function ask(_running: Running, dataDir: string): Promise<{ problem?: string; ready?: string[] }> {
  const signal = clock.timeout(5000);
  const transport = new HttpTransport(await loadKubeconfig(filesIn(dataDir).adminKubeconfig, clock));
  try {
    const client = createClient(transport);
    const health = await client.raw({ method: 'GET', path: '/readyz', signal });
    if (health.status !== 200) return { problem: `/readyz answers ${health.status}` };
    const { items } = await client.list(nodeKind, { signal });
    const isReady = (n: (typeof items)[number]) =>
      n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    return { ready: items.map((n) => `${n.metadata.name} ${isReady(n) ? 'Ready' : 'NotReady'}`) };
  } catch (err) {
    return { problem: `no answer: ${messageOf(err)}` };
  } finally {
    transport.close();
  }
}

/** Removes everything that a cluster has made on this machine. */
export async function reset(dataDir: string): Promise<void> {
  const running = readRunning(dataDir);
  if (running) {
    throw new Failure(
      `process ${running.pid} runs in ${dataDir}: end it first with "tiphys down --data-dir ${dataDir}"`,
    );
  }
  if (!existsSync(dataDir)) {
    process.stderr.write(`tiphys: there is nothing in ${dataDir}\n`);
    return;
  }
  const { store, pki, node } = filesIn(dataDir);
  if (readdirSync(dataDir).length > 0 && ![store, pki].some(existsSync)) {
    throw new Failure(`${dataDir} doesn't look like a data directory of Tiphys: nothing was removed`);
  }
  if (existsSync(node)) {
    if (process.getuid?.() !== 0) throw new Failure(`a node has run in ${dataDir}: removing it needs root (sudo)`);
    const { removeRealNode } = await import('./real-node.ts');
    await removeRealNode(dataDir, clock);
  }
  rmSync(dataDir, { recursive: true, force: true });
  process.stderr.write(
    `tiphys: removed ${dataDir}${existsSync(node) ? '' : ' and what its cluster left on this machine'}\n`,
  );
}
