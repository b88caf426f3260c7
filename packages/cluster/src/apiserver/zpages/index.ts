/**
 * What a server tells whoever debugs it: how it is doing (`/statusz`) and what it was started with (`/flagz`), for people as text
 * and for programs in kinds that are nowhere else.
 */
import { timestamp } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Endpoint } from '../handlers/dispatch.ts';
import { bytesResponse, encode } from '../handlers/respond.ts';
import { formOf } from './form.ts';
import { flagsText } from './flagz.ts';
import { type ServerStatus, statusText } from './statusz.ts';

const paths = ['/flagz', '/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version'];
const version = '1.36';

export interface ZPagesConfig {
  readonly clock: Clock;
  /** Flags with their values as text. */
  readonly flags: ReadonlyMap<string, string>;
}

export function zPages({ clock, flags }: ZPagesConfig): Endpoint {
  const startedAt = clock.now();
  const status = (): ServerStatus => ({
    startedAt,
    now: clock.now(),
    goVersion: `node${process.version}`,
    binaryVersion: version,
    emulationVersion: version,
    paths,
  });
  return (c) => {
    const kind = kinds[c.info.path];
    if (!kind) return undefined;
    return Promise.resolve().then(() => {
      const form = formOf(c.request, c.query, kind);
      if (form.type === 'text') {
        const text = kind === 'Statusz' ? statusText(status()) : flagsText(flags);
        return bytesResponse([Buffer.from(text)], 'text/plain; charset=utf-8', 200);
      }
      const object = {
        kind,
        apiVersion: `config.k8s.io/${form.version}`,
        metadata: { name: 'apiserver' },
        ...(kind === 'Statusz' ? structured(status()) : { flags: Object.fromEntries(flags) }),
      };
      return bytesResponse([encode(object, form)], form.contentType, 200);
    });
  };
}

const kinds: Readonly<Record<string, 'Statusz' | 'Flagz' | undefined>> = { '/statusz': 'Statusz', '/flagz': 'Flagz' };

const structured = ({ startedAt, now, ...same }: ServerStatus): object => ({
  startTime: timestamp(startedAt),
  uptimeSeconds: Math.floor((now - startedAt) / 1000),
  ...same,
});
