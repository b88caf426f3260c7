import { type Clock, isAbort } from '@tiphys/sdk/runtime';
import { CommandError, systemCommands } from '../commands.ts';
import { type CniDeps, ensureCni } from './ensure-cni.ts';
import { arePodsLetPass } from './firewall.ts';

export interface KeepCniDeps extends CniDeps {
  clock: Clock;
  /** How often to look; the kernel tells nobody that a table was emptied. */
  checkMs: number;
}

/**
 * Looks now and then whether the machine still has what `ensureCni` made, until stopped: reloading a firewall empties every
 * table there is, and pods would lose the way out until somebody noticed.
 */
export async function keepCni(deps: KeepCniDeps, signal: AbortSignal): Promise<void> {
  const { clock, checkMs, config, commands = systemCommands } = deps;
  const log = deps.log.child({ component: 'cni' });
  try {
    for (;;) {
      await clock.sleep(checkMs, signal);
      const isThere = await commands.run('nft', ['list', 'table', config.family, config.table], { signal }).then(
        () => arePodsLetPass(commands, config, signal),
        (err: unknown) => {
          if (err instanceof CommandError) return false;
          throw err;
        },
      );
      if (isThere) continue;
      log.warn('the pod network was changed by someone else; making it anew', { table: config.table });
      await ensureCni(deps, signal).catch((err: unknown) => {
        if (isAbort(err)) throw err;
        log.error('the pod network could not be made anew', { err: String(err) });
      });
    }
  } catch (err) {
    if (!(signal.aborted && isAbort(err))) throw err;
  }
}
