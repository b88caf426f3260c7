import { gzipSync } from 'node:zlib';
import type { Clock } from '@tiphys/sdk/runtime';
import { encodeProfile } from './profile.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const at = '/debug/pprof';
const usualSeconds = 30;

/** `/debug/pprof/` and the CPU profile under it; what else Go's programs have there there isn't of Node's. */
export class Profiling {
  readonly #clock: Clock;
  #isBusy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined for other paths. */
  answer(path: string, query: URLSearchParams, signal: AbortSignal): Promise<PlainAnswer> | undefined {
    if (path !== at && !path.startsWith(`${at}/`)) return undefined;
    return this.#answer(path.slice(at.length), query, signal);
  }

  async #answer(name: string, query: URLSearchParams, signal: AbortSignal): Promise<PlainAnswer> {
    const html = { 'content-type': 'text/html; charset=utf-8' };
    if (!name) {
      return { status: 302, headers: { ...html, location: `${at}/` }, body: `<a href="${at}/">Found</a>.\n\n` };
    }
    if (name === '/') return { status: 200, headers: html, body: index };
    if (name !== '/profile') return refusal(404, 'Unknown profile');
    if (this.#isBusy) return refusal(500, 'Could not enable CPU profiling: cpu profiling already in use');
    this.#isBusy = true;
    try {
      const asked = /^\+?\d+$/.test(query.get('seconds') ?? '') ? Number(query.get('seconds')) : 0;
      // The inspector takes its time to load, and few ask for it.
      const { cpuProfile } = await import('./cpu.ts');
      const profile = await cpuProfile((asked || usualSeconds) * 1000, this.#clock, signal);
      return { status: 200, headers: download, body: gzipSync(encodeProfile(profile)) };
    } finally {
      this.#isBusy = false;
    }
  }
}

const download = {
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment; filename="profile"',
};

const refusal = (status: number, text: string): PlainAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-go-pprof': '1' },
  body: `${text}\n`,
});

const index = `<html>
<head>
<title>/debug/pprof/</title>
</head>
<body>
/debug/pprof/
<br>
<p>
<a href="profile">profile</a>: CPU profile of the whole process. You can specify the duration in the seconds GET parameter. After you
get the profile file, use the go tool pprof command to investigate the profile.
</p>
</body>
</html>
`;
