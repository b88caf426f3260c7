import type { Clock } from '@tiphys/sdk/runtime';
import type { FileTree } from './file-tree.ts';

/** What a program in a simulated container is given. */
export interface Process {
  readonly machine: SimMachine;
  readonly env: Map<string, string>;
  /** The working directory; the shell's `cd` changes it. */
  cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly tty: boolean;
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal;
}

/** Resolves when there is room for more. */
export type Output = (chunk: Uint8Array) => void | Promise<void>;

/** What all processes of a container share. */
export interface SimMachine {
  readonly files: FileTree;
  readonly hostname: string;
  readonly clock: Clock;
  /** What becomes of programs that nobody simulates; resolves to their exit code. */
  readonly otherProgram: (name: string, process: Process) => Promise<number>;
}

/** Resolves to the exit code. */
export type Program = (args: readonly string[], process: Process) => number | Promise<number>;

export async function* inputOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export const line = (to: Output, text: string): void | Promise<void> => to(Buffer.from(`${text}\n`));

/** All of it. */
export async function bytesOf(stdin: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
