/**
 * Imported into a server that is measured, before its own modules: looks at its event loop from one message of the process that
 * started it to the next, which it answers with what it saw. The server's metrics look every 10 ms, which is too seldom to tell.
 */
import { type Held, watchLoop } from './loop-delay.ts';

let end: (() => Held) | undefined;
process.on('message', () => {
  process.send?.(end?.() ?? {});
  end = end ? undefined : watchLoop();
});
// The server ends when it is told to, or when there is nobody any more who would.
process.channel?.unref();
process.once('disconnect', () => process.exit());
