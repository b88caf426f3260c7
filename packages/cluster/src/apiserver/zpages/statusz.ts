export interface ServerStatus {
  readonly startedAt: number;
  readonly now: number;
  readonly goVersion: string;
  readonly binaryVersion: string;
  readonly emulationVersion: string;
  readonly paths: readonly string[];
}

/** For people: upstream changes the text on purpose now and then, so that nobody parses it. */
export const warning = (page: string): string =>
  `\napiserver ${page}\nWarning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.\n`;

export function statusText({ startedAt, now, ...status }: ServerStatus): string {
  const lines: [name: string, value: string][] = [
    ['Started', dateText(startedAt)],
    ['Up', uptime(now - startedAt)],
    ['Go version', status.goVersion],
    ['Binary version', status.binaryVersion],
    ['Emulation version', status.emulationVersion],
    ['Paths', status.paths.join(' ')],
  ];
  return `${warning('statusz')}\n${lines.map(([name, value]) => `${name}: ${value}\n`).join('')}`;
}

/** `Thu Nov 26 10:11:21 UTC 2026`, a day of one digit with a space before it. */
function dateText(ms: number): string {
  const [, day, date, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${time} UTC ${year}`;
}

function uptime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
}
