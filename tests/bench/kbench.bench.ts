import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { budgets } from './budgets.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { Upstream, upstreamIsMissing, upstreamName } from './upstream.ts';

const source = fileURLToPath(new URL('../../../../shared/kbench', import.meta.url));

interface Step {
  readonly args: readonly string[];
  /** The share of the peer's CPU time that it may take at most. */
  readonly budget?: number;
}

/** The order in which the peers were measured with it: each against what those before have left. */
const steps: readonly Step[] = [
  { args: ['rss'] },
  { args: ['get'], budget: budgets.get },
  { args: ['-n', '20000', 'create'], budget: budgets.configMap },
  { args: ['-n', '10000', 'fill'], budget: budgets.pod },
  { args: ['list'], budget: budgets.list },
  { args: ['-n', '1000', '-rate', '20', '-secs', '5', '-ns', 'bench2', 'watch'], budget: budgets.watch20 },
  { args: ['-n', '1000', '-rate', '100', '-secs', '5', '-ns', 'bench3', 'watch'], budget: budgets.watch100 },
  { args: ['rss'] },
];

/**
 * The Go client that the peers were measured with, where it and Go are there, driving Tiphys and beside it a real kube-apiserver;
 * asked for by name or with `--kbench`.
 */
export const kbench: Bench = {
  name: 'kbench',
  async run(progress) {
    const missing = whatIsMissing();
    if (missing) {
      progress(`skipped: ${missing}`);
      return [];
    }
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-kbench-'));
    try {
      const program = join(dir, 'kbench');
      const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], { cwd: source, encoding: 'utf8' });
      if (status !== 0) throw new Error(`kbench can't be built: ${stderr}`);
      await using peer = await Upstream.start();
      await using server = await TiphysProcess.start('apiserver');
      const rows: Row[] = [];
      for (const { args, budget } of steps) {
        progress(args.join(' '));
        const what = `kbench ${args.join(' ')}`;
        const definition = 'as kbench defines it; CPU per operation or delivery, memory when it had ended';
        const own = measuredBy(await answerOf(program, [...server.credentials, '-pids', String(server.pid), ...args]));
        const asked = measuredBy(await answerOf(program, [...peer.credentials, '-pids', peer.pids.join(','), ...args]));
        const peers = [{ what: upstreamName, definition: 'the same, of both processes', ...asked }];
        rows.push({ what, definition, ...own, ...(budget && { budget }), peers });
      }
      return rows;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

function whatIsMissing(): string | undefined {
  if (!existsSync(source)) return `there is no ${source}`;
  return upstreamIsMissing();
}

/** What kbench prints. */
interface Answer {
  readonly perSec?: number;
  readonly p50ms?: number;
  readonly p99ms?: number;
  readonly maxms?: number;
  readonly cpuUs?: number;
  readonly cpuMs?: number;
  readonly cpuUsPerDelivery?: number;
  readonly rssMiB: number;
  readonly errors?: number;
}

function answerOf(program: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Answer);
      else reject(new Error(`kbench ${args.at(-1)} ended with code ${code}: ${text}`));
    });
  });
}

function measuredBy(a: Answer): Omit<Row, 'what' | 'definition'> {
  if (a.errors) throw new Error(`kbench met ${a.errors} errors`);
  const p99Ms = a.p99ms ?? a.maxms;
  const cpuUs = a.cpuUs ?? a.cpuUsPerDelivery ?? (a.cpuMs && a.cpuMs * 1000);
  return {
    ...(a.perSec !== undefined && { rate: a.perSec }),
    ...(a.p50ms !== undefined && { p50Ms: a.p50ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(cpuUs !== undefined && { cpuUs }),
    rssMiB: a.rssMiB,
  };
}
