import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@tiphys/sdk/runtime';
import { type Commands, systemCommands } from '../commands.ts';
import { replaceTable } from '../proxy/nft-table.ts';
import type { CniConfig } from './config.ts';
import { conflist, conflistName } from './conflist.ts';
import { letPodsPass } from './firewall.ts';
import { podTable } from './pod-table.ts';
import { checkRequirements, findPluginDir, NetworkRequirementError, switchesOf } from './requirement.ts';

export interface CniDeps {
  config: CniConfig;
  log: Logger;
  /** The machine's own unless the node lives in a network namespace. */
  commands?: Commands;
}

/** What a container runtime must be told. */
export interface CniPaths {
  binDir: string;
  confDir: string;
  conflist: string;
}

/**
 * Makes the node ready to give pods a network: switches on what the kernel has, names what it lacks, and writes the conflist
 * last, since runtimes call the node ready once it is there. May be called again at any time.
 */
export async function ensureCni(deps: CniDeps, signal?: AbortSignal): Promise<CniPaths> {
  const { config, commands = systemCommands } = deps;
  const log = deps.log.child({ component: 'cni' });
  await switchOn(commands, config, signal);

  const requirements = await checkRequirements(commands, config, signal);
  const unmet = requirements.filter((r) => !r.holds);
  const fatal = unmet.filter((r) => !r.isOptional);
  const binDir = await findPluginDir(config);
  if (fatal.length || binDir === undefined) throw new NetworkRequirementError(fatal);
  for (const { what, remedy } of unmet) log.warn('the machine lacks a part of the network', { what, remedy });

  const path = `${config.family} ${config.table}`;
  await commands.run('nft', ['-f', '-'], { stdin: replaceTable(path, podTable(config)), ...(signal && { signal }) });
  await letPodsPass(commands, config, log, signal);

  const file = join(config.confDir, conflistName(config));
  const text = `${JSON.stringify(conflist(config, { hostPorts: !unmet.length }), undefined, 2)}\n`;
  await mkdir(config.confDir, { recursive: true });
  // Runtimes watch the directory and must never read half a file, nor one that ends in .conflist too early.
  await writeFile(`${file}.new`, text, { mode: 0o644 });
  await rename(`${file}.new`, file);
  log.info('pod network ready', { podCIDR: config.podCIDR, bridge: config.bridge, conflist: file });
  return { binDir, confDir: config.confDir, conflist: file };
}

/** Loads what can be loaded and turns on what can be turned on. What fails here is named by the check that follows. */
async function switchOn(commands: Commands, config: CniConfig, signal?: AbortSignal): Promise<void> {
  const { forwarding, bridged } = switchesOf(config);
  const script = [
    `[ -e ${bridged.file} ] || modprobe br_netfilter`,
    ...[forwarding, bridged].map(({ file }) => `[ "$(cat ${file})" = 1 ] || echo 1 > ${file}`),
    'true',
  ].join('\n');
  await commands.run('sh', ['-c', script], { ...(signal && { signal }) });
}
