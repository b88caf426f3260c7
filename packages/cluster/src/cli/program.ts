import { Command } from 'commander';
import { apiserverCommand } from './commands/apiserver.ts';
import { imageCommand } from './commands/image.ts';
import { upCommand } from './commands/up.ts';
import { Failure } from './failure.ts';

/** Runs the command line; ends the process with 1 when it can't be done. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('tiphys')
    .description('Kubernetes in one process.')
    .showHelpAfterError('(tiphys --help, or tiphys COMMAND --help, tells what there is)')
    .helpCommand(false);
  for (const command of [upCommand(), apiserverCommand(), imageCommand()]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(argv);
  } catch (err) {
    if (!(err instanceof Failure)) throw err;
    process.stderr.write(`tiphys: ${err.message}\n`);
    process.exitCode = 1;
  }
}
