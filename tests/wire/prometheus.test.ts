import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, TiphysProcess } from '../bench/tiphys-process.ts';

/** The one on the PATH, or the one that the set-up of the tests unpacked. */
function find(command: string): string | undefined {
  if (spawnSync(command, ['--version']).status === 0) return command;
  const unpacked = fileURLToPath(new URL(`../../../.cache/prometheus/usr/bin/${command}`, import.meta.url));
  return existsSync(unpacked) ? unpacked : undefined;
}

const prometheus = find('prometheus');
const promtool = find('promtool');
const skip = prometheus && promtool ? false : 'prometheus is not installed (Debian: prometheus)';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Names of upstream's, and some without words, that promtool would have otherwise. */
const namedByUpstream = [
  'authenticated_user_requests',
  'authentication_attempts',
  ...['active_fetch_count', 'fetch_total', 'request_total', 'request_duration_seconds'].map(
    (name) => `authentication_token_cache_${name}`,
  ),
];

describe('metrics as a Prometheus sees them', { skip }, () => {
  let cluster: TiphysProcess;
  let dir: string;
  let base: string;
  let stop: () => Promise<void>;

  before(async () => {
    cluster = await TiphysProcess.start('up', '--nodes', 'sim:1', '--output', 'json');
    dir = mkdtempSync(join(tmpdir(), 'tiphys-prometheus-'));
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [
        {
          job_name: 'apiserver',
          scheme: 'https',
          tls_config: { insecure_skip_verify: true },
          authorization: { credentials: 'bench' },
          static_configs: [{ targets: [new URL(cluster.url).host] }],
        },
      ],
    };
    writeFileSync(join(dir, 'config.yml'), JSON.stringify(config));
    const flags = [`--config.file=${join(dir, 'config.yml')}`, `--storage.tsdb.path=${dir}/data`];
    const child = spawn(prometheus!, [...flags, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
    stop = async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    const maps = '/api/v1/namespaces/default/configmaps';
    for (let i = 0; i < 50; i++) {
      const body = JSON.stringify({ metadata: { name: `c${i}` } });
      await cluster.client.request('POST', maps, { body });
      await cluster.client.request('GET', `${maps}/c${i}`);
    }
    await cluster.client.request('GET', `${maps}/none`);
    while (!(await query('up == 1').catch(() => [])).length) await sleep(200);
  });
  after(async () => {
    await stop?.();
    await cluster?.[Symbol.asyncDispose]();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  async function query(expression: string): Promise<Series[]> {
    const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { status, data } = (await response.json()) as { status: string; data: { result: Series[] } };
    assert.equal(status, 'success', expression);
    return data.result;
  }
  /** The one value of an expression. */
  async function valueOf(expression: string): Promise<number> {
    const found = await query(expression);
    assert.equal(found.length, 1, expression);
    return Number(found[0]!.value[1]);
  }

  it('promtool finds nothing to say', async () => {
    const { text } = await cluster.client.request('GET', '/metrics', { keep: true });
    const { stderr, stdout } = spawnSync(promtool!, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    const isUpstreams = (line: string) => namedByUpstream.some((name) => line.startsWith(`${name} `));
    const said = (stderr + stdout).split('\n').filter((line) => line && !isUpstreams(line));
    assert.deepEqual(said, []);
  });

  it('the target is scraped without complaint', async () => {
    const response = await fetch(`${base}/api/v1/targets`);
    const { data } = (await response.json()) as { data: { activeTargets: { health: string; lastError: string }[] } };
    assert.deepEqual(
      data.activeTargets.map(({ health, lastError }) => [health, lastError]),
      [['up', '']],
    );
  });

  it('requests by code and verb, and how long they take', async () => {
    const of = (verb: string, code: number) =>
      `sum(apiserver_request_total{resource="configmaps",verb="${verb}",code="${code}"})`;
    assert.ok((await valueOf(of('POST', 201))) >= 50);
    assert.ok((await valueOf(of('GET', 200))) >= 50);
    assert.ok((await valueOf(of('GET', 404))) >= 1);
    const p99 = await valueOf(
      'histogram_quantile(0.99, sum by (le) (apiserver_request_duration_seconds_bucket{verb="GET",resource="configmaps"}))',
    );
    assert.ok(p99 > 0 && p99 < 5, `${p99}`);
    assert.ok((await valueOf('sum(apiserver_longrunning_requests{verb="WATCH"})')) > 5);
    assert.equal((await query('apiserver_current_inflight_requests')).length, 2);
  });

  it('objects, the store behind them, and the watch caches', async () => {
    assert.ok((await valueOf('apiserver_storage_objects{resource="configmaps"}')) >= 50);
    assert.ok((await valueOf('etcd_requests_total{operation="create",group="",resource="configmaps"}')) >= 50);
    const p50 = await valueOf(
      'histogram_quantile(0.5, sum by (le) (etcd_request_duration_seconds_bucket{operation="create",resource="configmaps"}))',
    );
    assert.ok(p50 > 0 && p50 < 5, `${p50}`);
    assert.ok((await valueOf('apiserver_watch_cache_events_received_total{resource="configmaps"}')) >= 50);
    assert.ok((await valueOf('sum(apiserver_registered_watchers)')) > 5);
  });

  it('the process, and the queues of its controllers', async () => {
    assert.ok((await valueOf('process_resident_memory_bytes')) > 1e6);
    assert.equal((await query('process_cpu_seconds_total')).length, 1);
    assert.ok((await query('workqueue_adds_total')).length > 5);
    assert.ok((await valueOf('sum(workqueue_queue_duration_seconds_count)')) > 0);
    assert.equal((await query('kubernetes_build_info{major="1",minor="36"}')).length, 1);
  });
});
