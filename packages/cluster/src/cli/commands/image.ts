import { Command, Option } from 'commander';
import { flags } from '../flags.ts';

interface Flags {
  dataDir: string;
  containerRuntimeEndpoint?: string;
}

export const imageCommand = (): Command =>
  new Command('image').description('Images of the node on this machine.').addCommand(
    new Command('from-host')
      .description(
        'Makes an image out of files of this machine with all they need to run, and gives it to the node. Programs may be named alone; the first file is the entry point.',
      )
      .argument('<name:tag>', 'as pods will name it')
      .argument('<files...>', 'programs, other files, directories (after --)')
      .addOption(flags.dataDir())
      .addOption(
        new Option(
          '--container-runtime-endpoint <socket>',
          "the containerd to give it to; that of the data directory's node when left out",
        ),
      )
      .action(async (name: string, files: string[], { dataDir, containerRuntimeEndpoint }: Flags) => {
        const { makeImageFromHost } = await import('../image-from-host.ts');
        await makeImageFromHost({ name, files, dataDir, socket: containerRuntimeEndpoint });
      }),
  );
