import { Command } from 'commander';
import { apiserverCommand } from './commands/apiserver.ts';
import {
  controllerManagerCommand,
  dnsCommand,
  kubeletCommand,
  proxyCommand,
  schedulerCommand,
} from './commands/components.ts';
import { imageCommand } from './commands/image.ts';
import { downCommand, kubectlCommand, resetCommand, statusCommand } from './commands/lifecycle.ts';
import { upCommand } from './commands/up.ts';
import { Failure } from './failure.ts';

/** Runs the command line; ends the process with 1 when it can't be done. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('tiphys')
    .description('Kubernetes in one process.')
    .showHelpAfterError('(tiphys --help, or tiphys COMMAND --help, tells what there is)')
    .helpCommand(false)
    .enablePositionalOptions();
  for (const command of commands()) program.addCommand(command.copyInheritedSettings(program));
  try {
    await program.parseAsync(argv);
  } catch (err) {
    if (!(err instanceof Failure)) throw err;
    process.stderr.write(`tiphys: ${err.message}\n`);
    process.exitCode = 1;
  }
}

/** In the order in which they are told of. */
const commands = (): Command[] => [
  upCommand(),
  downCommand(),
  statusCommand(),
  resetCommand(),
  kubectlCommand(),
  imageCommand(),
  apiserverCommand(),
  controllerManagerCommand(),
  schedulerCommand(),
  kubeletCommand(),
  proxyCommand(),
  dnsCommand(),
];
