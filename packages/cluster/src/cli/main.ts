#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { MemoryBackend } from '../store/index.ts';
import { startApiServer } from './apiserver.ts';

const [dataDir = '/tmp/tiphys', port = '6443', tokens] = process.argv.slice(3);
mkdirSync(dataDir, { recursive: true });
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
process.once('SIGTERM', () => controller.abort());
const log = { ...nullLogger, error: (m: string, f?: unknown) => console.error(m, f) };
const { ended } = await startApiServer(
  {
    dataDir,
    securePort: Number(port),
    bindAddress: '127.0.0.1',
    ...(tokens && { tokenAuthFile: tokens }),
    serviceClusterIpRange: '10.0.0.0/16',
    allowPrivileged: true,
  },
  { store: new MemoryBackend(systemClock), clock: systemClock, random: systemRandom, log },
  controller.signal,
);
console.log('ready');
await ended;
