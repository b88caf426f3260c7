import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { type FakeProgram, FakeRuntime } from './index.ts';
import { runtimeContract } from './runtime-contract.ts';

/** As much of a shell as the contract calls. */
const shell: FakeProgram = async ({ command: [program, ...args], stdin, stdout, signal, clock }) => {
  switch (program) {
    case 'echo':
      stdout.write(`${args.join(' ')}\n`);
      return 0;
    case 'cat':
      for await (const chunk of stdin) stdout.write(chunk);
      return 0;
    case 'sleep':
      await clock.sleep(Number(args[0]) * 1000, signal);
      return 0;
    default:
      return Number(/^exit (\d+)$/.exec(args[1] ?? '')?.[1] ?? 127);
  }
};

runtimeContract('FakeRuntime', async () => {
  const runtime = new FakeRuntime({ clock: systemClock, random: seededRandom('contract'), program: shell });
  runtime.images.load('tiphys/shell:1');
  return { runtime, image: 'tiphys/shell:1', logDirectory: '/logs', [Symbol.asyncDispose]: async () => undefined };
});
