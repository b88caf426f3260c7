import type { Lifecycle } from '@tiphys/sdk/api';
import { type ProbeTarget, runProbe } from '../probes/handlers.ts';

type Hook = NonNullable<Lifecycle['postStart']>;

/** Hooks take as long as they take; who calls them sets the bound. */
const longestSeconds = 2 ** 31;

/** Runs a lifecycle hook to its end; rejects when it failed. */
export async function runHook(hook: Hook, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  if (hook.sleep) return target.clock.sleep(hook.sleep.seconds * 1000, signal);
  if (hook.exec) {
    const command = hook.exec.command ?? [];
    const { exitCode, stdout, stderr } = await target.runtime.execSync(target.containerId, command, { signal });
    if (exitCode === 0) return;
    const output = Buffer.concat([stdout, stderr]).toString('utf8');
    throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
  }
  const { httpGet, tcpSocket } = hook;
  const action = { ...(httpGet && { httpGet }), ...(tcpSocket && { tcpSocket }) };
  const { result, output } = await runProbe({ ...action, timeoutSeconds: longestSeconds }, target, signal);
  if (result !== 'success') throw new Error(output);
}
