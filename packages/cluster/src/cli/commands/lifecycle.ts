import { Command, Option } from 'commander';
import { flags } from '../flags.ts';

interface Flags {
  dataDir: string;
}

const output = () => new Option('-o, --output <format>', 'how to tell it').choices(['text', 'json']).default('text');

export const downCommand = (): Command =>
  new Command('down')
    .description('Ends the cluster of a data directory, its pods first. What is stored stays.')
    .addOption(flags.dataDir())
    .option('--keep-pods', 'leave the pods running, to be taken over by the next start')
    .action(async ({ dataDir, keepPods }: Flags & { keepPods?: boolean }) => {
      const { down } = await import('../lifecycle.ts');
      await down(dataDir, keepPods ?? false);
    });

export const statusCommand = (): Command =>
  new Command('status')
    .description('Tells what runs; ends with 1 when nothing does.')
    .addOption(flags.dataDir())
    .addOption(output())
    .action(async (options: Flags & { output: 'text' | 'json' }) => {
      const { status } = await import('../lifecycle.ts');
      process.exitCode = await status(options.dataDir, options.output);
    });

export const resetCommand = (): Command =>
  new Command('reset')
    .description('Removes a cluster that has ended: its data, and containers, mounts, links and tables that it left.')
    .addOption(flags.dataDir())
    .action(async ({ dataDir }: Flags) => {
      const { reset } = await import('../lifecycle.ts');
      await reset(dataDir);
    });

export const kubectlCommand = (): Command =>
  new Command('kubectl')
    .description('Runs kubectl on the cluster of a data directory: tiphys kubectl get pods')
    .addOption(flags.dataDir())
    .argument('[args...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[], { dataDir }: Flags) => {
      const { kubectl } = await import('../kubectl.ts');
      process.exitCode = await kubectl(args, dataDir);
    });
