import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { auditFlags, auditOptionsOf } from './audit-flags.ts';

function optionsOf(...argv: string[]) {
  const command = new Command('x');
  for (const option of auditFlags()) command.addOption(option);
  command.parse(['node', 'x', ...argv]);
  return auditOptionsOf(command.opts());
}

const version = 'audit.k8s.io/v1';
const truncate = { enabled: false, maxBatchBytes: 10 * 1024 * 1024, maxEventBytes: 100 * 1024 };

test('without flags nothing is told', () => assert.deepEqual(optionsOf(), {}));

test("what isn't said is as upstream has it", () => {
  assert.deepEqual(optionsOf('--audit-policy-file=p', '--audit-log-path=l', '--audit-webhook-config-file=w'), {
    policyFile: 'p',
    log: {
      path: 'l',
      format: 'json',
      maxAgeDays: 366,
      maxBackups: 100,
      maxMegabytes: 100,
      compress: false,
      mode: 'blocking',
      batch: { bufferSize: 10_000, maxSize: 1, maxWaitMs: 0, throttle: false, throttleQps: 0, throttleBurst: 0 },
      truncate,
      version,
    },
    webhook: {
      configFile: 'w',
      initialBackoffMs: 10_000,
      mode: 'batch',
      batch: {
        bufferSize: 10_000,
        maxSize: 400,
        maxWaitMs: 30_000,
        throttle: true,
        throttleQps: 10,
        throttleBurst: 15,
      },
      truncate,
      version,
    },
  });
});

test('each flag says what it is about', () => {
  const { log } = optionsOf(
    '--audit-log-path=-',
    '--audit-log-format=legacy',
    '--audit-log-maxage=1',
    '--audit-log-maxbackup=2',
    '--audit-log-maxsize=3',
    '--audit-log-compress',
    '--audit-log-mode=batch',
    '--audit-log-batch-buffer-size=4',
    '--audit-log-batch-max-size=5',
    '--audit-log-batch-max-wait=6s',
    '--audit-log-batch-throttle-enable',
    '--audit-log-batch-throttle-qps=7.5',
    '--audit-log-batch-throttle-burst=8',
    '--audit-log-truncate-enabled',
    '--audit-log-truncate-max-batch-size=9',
    '--audit-log-truncate-max-event-size=10',
    '--audit-log-version=v',
  );
  assert.deepEqual(log, {
    path: '-',
    format: 'legacy',
    maxAgeDays: 1,
    maxBackups: 2,
    maxMegabytes: 3,
    compress: true,
    mode: 'batch',
    batch: { bufferSize: 4, maxSize: 5, maxWaitMs: 6000, throttle: true, throttleQps: 7.5, throttleBurst: 8 },
    truncate: { enabled: true, maxBatchBytes: 9, maxEventBytes: 10 },
    version: 'v',
  });
  const { webhook } = optionsOf('--audit-webhook-config-file=w', '--audit-webhook-batch-initial-backoff=5s');
  assert.equal(webhook?.initialBackoffMs, 5000);
});
