import { posix } from 'node:path';
import { throwIfAborted } from '@tiphys/sdk/runtime';
import { arithmeticValue } from './arithmetic.ts';
import { FileProblem } from './file-tree.ts';
import { bytesOf, inputOf, line, type Process, type Program } from './process.ts';
import { type Command, parseShell, type Part, type Redirect, SyntaxProblem, type Word } from './shell-syntax.ts';

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

type Run = (words: readonly string[], process: Process) => Promise<number>;

/** A shell over programs that something else runs. It lives as long as its variables are needed: for one script, or for a terminal. */
class Shell {
  readonly #run: Run;
  readonly #args: readonly string[];
  readonly #background: Promise<unknown>[] = [];
  #status = 0;
  #stopsAtErrors = false;

  constructor(run: Run, args: readonly string[] = []) {
    this.#run = run;
    this.#args = args;
  }

  /** Resolves to the script's exit code, and whether the script asked the shell to end. */
  async script(text: string, process: Process): Promise<{ code: number; exited: boolean }> {
    try {
      return { code: await this.#execute(parseShell(text), process), exited: false };
    } catch (err) {
      if (err instanceof Exit) return { code: err.code, exited: true };
      if (!(err instanceof SyntaxProblem)) throw err;
      await line(process.stderr, `sh: ${err.message}`);
      return { code: 2, exited: false };
    }
  }

  async #execute(command: Command, process: Process): Promise<number> {
    throwIfAborted(process.signal);
    this.#status = await this.#result(command, process);
    return this.#status;
  }

  async #result(command: Command, process: Process): Promise<number> {
    switch (command.type) {
      case 'simple':
        return this.#simple(command, process);
      case 'list': {
        for (const item of command.items) {
          const code = await this.#execute(item, process);
          if (code !== 0 && this.#stopsAtErrors && item.type !== 'and' && item.type !== 'or') throw new Exit(code);
        }
        return this.#status;
      }
      case 'and':
      case 'or': {
        const code = await this.#execute(command.left, process);
        return (code === 0) === (command.type === 'and') ? this.#execute(command.right, process) : code;
      }
      case 'not':
        return (await this.#execute(command.command, process)) === 0 ? 1 : 0;
      case 'background':
        this.#background.push(this.#execute(command.command, process).catch(() => undefined));
        return 0;
      case 'if': {
        for (const [condition, body] of command.branches) {
          if ((await this.#execute(condition, process)) === 0) return this.#execute(body, process);
        }
        return command.otherwise ? this.#execute(command.otherwise, process) : 0;
      }
      case 'while': {
        let code = 0;
        while (((await this.#execute(command.condition, process)) === 0) !== command.until) {
          code = await this.#execute(command.body, process);
          // A loop that waits for nothing lets others have their turn.
          await process.machine.clock.yield();
        }
        return code;
      }
      case 'for': {
        let code = 0;
        for (const value of await this.#words(command.words, process)) {
          process.env.set(command.name, value);
          code = await this.#execute(command.body, process);
        }
        return code;
      }
      case 'pipe':
        return this.#pipe(command.commands, process);
      case 'redirected':
        return this.#redirected(command.redirects, command.command, process);
    }
  }

  /** One after another: what one writes is there as a whole when the next begins. */
  async #pipe(commands: readonly Command[], process: Process): Promise<number> {
    let { stdin } = process;
    let code = 0;
    for (const [i, command] of commands.entries()) {
      const isLast = i === commands.length - 1;
      const chunks: Uint8Array[] = [];
      const own = { ...process, stdin, ...(!isLast && { stdout: (chunk: Uint8Array) => void chunks.push(chunk) }) };
      code = await this.#execute(command, own);
      stdin = inputOf(Buffer.concat(chunks));
    }
    return code;
  }

  async #redirected(redirects: readonly Redirect[], command: Command, process: Process): Promise<number> {
    let { stdin, stdout, stderr } = process;
    const { files } = process.machine;
    try {
      for (const { stream, how, target } of redirects) {
        const [name = ''] = await this.#words([target], process);
        const path = posix.resolve(process.cwd, name);
        if (how === 'read') stdin = inputOf(path === '/dev/null' ? new Uint8Array() : files.read(path));
        else if (how === 'duplicate') {
          if (stream === 2) stderr = name === '1' ? stdout : stderr;
          else stdout = name === '2' ? stderr : stdout;
        } else {
          const isDevice = path.startsWith('/dev/');
          if (!isDevice) files.write(path, new Uint8Array(), { append: how === 'append' });
          const to = path === '/dev/stderr' ? stderr : path === '/dev/stdout' ? stdout : undefined;
          const sink =
            to ?? ((chunk: Uint8Array) => (isDevice ? undefined : files.write(path, chunk, { append: true })));
          if (stream === 2) stderr = sink;
          else stdout = sink;
        }
      }
    } catch (err) {
      if (!(err instanceof FileProblem)) throw err;
      await line(process.stderr, `sh: can't open ${err.message}`);
      return 1;
    }
    const own: Process = { ...process, stdin, stdout, stderr };
    const code = await this.#execute(command, own);
    process.cwd = own.cwd;
    return code;
  }

  async #simple({ assignments, words }: Command & { type: 'simple' }, process: Process): Promise<number> {
    const expanded = await this.#words(words, process);
    const env = expanded.length ? new Map(process.env) : process.env;
    for (const [name, value] of assignments) env.set(name, await this.#text(value, process));
    const [program] = expanded;
    if (program === undefined) return 0;
    const builtin = this.#builtins[program];
    if (builtin) return builtin(expanded.slice(1), process);
    return this.#run(expanded, { ...process, env });
  }

  readonly #builtins: Readonly<Record<string, Program>> = {
    ':': () => 0,
    exit: ([code]) => {
      throw new Exit(code === undefined ? this.#status : Number(code) & 255);
    },
    cd: async ([to = '/'], process) => {
      const path = posix.resolve(process.cwd, to);
      if (process.machine.files.find(path)?.type !== 'directory') {
        await line(process.stderr, `sh: cd: can't cd to ${to}`);
        return 2;
      }
      process.cwd = path;
      return 0;
    },
    export: (args, { env }) => {
      for (const arg of args) {
        const at = arg.indexOf('=');
        if (at > 0) env.set(arg.slice(0, at), arg.slice(at + 1));
      }
      return 0;
    },
    unset: (args, { env }) => {
      for (const arg of args) env.delete(arg);
      return 0;
    },
    set: (args) => {
      for (const arg of args) if (/^[-+][a-z]*e/.test(arg)) this.#stopsAtErrors = arg.startsWith('-');
      return 0;
    },
    // Nobody sends signals to a simulated process.
    trap: () => 0,
    wait: async () => {
      await Promise.all(this.#background);
      return 0;
    },
    exec: async (args, process) => {
      if (!args.length) return 0;
      throw new Exit(await this.#run(args, process));
    },
  };

  /** Fields: unquoted values fall apart at blanks, and patterns become the files that they match. */
  async #words(words: readonly Word[], process: Process): Promise<string[]> {
    const fields: string[] = [];
    for (const word of words) {
      let field: { text: string; pattern: boolean } | undefined;
      for (const part of word) {
        const value = await this.#value(part, process);
        const pieces = part.quoted || 'text' in part ? [value] : value.split(/[ \t\n]+/);
        for (const [i, piece] of pieces.entries()) {
          if (i > 0) {
            if (field) fields.push(...filled(field, process));
            field = undefined;
          }
          if (piece === '' && !part.quoted && pieces.length > 1) continue;
          if (piece === '' && !part.quoted && !field) continue;
          field ??= { text: '', pattern: false };
          field = { text: field.text + piece, pattern: field.pattern || (!part.quoted && /[*?]/.test(piece)) };
        }
      }
      if (field) fields.push(...filled(field, process));
    }
    return fields;
  }

  async #text(word: Word, process: Process): Promise<string> {
    let text = '';
    for (const part of word) text += await this.#value(part, process);
    return text;
  }

  async #value(part: Part, process: Process): Promise<string> {
    if ('text' in part) return part.text;
    if ('variable' in part) return this.#variable(part.variable, process) || (part.fallback ?? '');
    if ('arithmetic' in part) return String(arithmeticValue(part.arithmetic, (name) => this.#variable(name, process)));
    const chunks: Uint8Array[] = [];
    await this.#execute(part.output, { ...process, env: new Map(process.env), stdout: (c) => void chunks.push(c) });
    return Buffer.concat(chunks).toString().replace(/\n+$/, '');
  }

  #variable(name: string, { env }: Process): string {
    if (name === '?') return String(this.#status);
    if (name === '$') return '1';
    if (name === '#') return String(Math.max(0, this.#args.length - 1));
    if (name === '@' || name === '*') return this.#args.slice(1).join(' ');
    if (/^\d$/.test(name)) return this.#args[Number(name)] ?? '';
    return env.get(name) ?? '';
  }
}

function filled({ text, pattern }: { text: string; pattern: boolean }, { cwd, machine }: Process): string[] {
  if (!pattern) return [text];
  const [head, ...names] = text.split('/');
  let found = text.startsWith('/') ? ['/'] : names.length || head ? [''] : [];
  for (const name of text.startsWith('/') ? names : [head!, ...names]) {
    const match = new RegExp(`^${name.replace(/[^]/gu, asPattern)}$`, 's');
    found = found.flatMap((base) => {
      const path = posix.resolve(cwd, base);
      const entry = machine.files.find(path);
      if (entry?.type !== 'directory') return [];
      if (!/[*?]/.test(name)) return machine.files.find(posix.join(path, name)) ? [posix.join(base, name)] : [];
      const names = machine.files
        .list(path)
        .filter((n) => match.test(n) && (name.startsWith('.') || !n.startsWith('.')));
      return names.map((n) => posix.join(base, n));
    });
  }
  return found.length ? found : [text];
}

const asPattern = (c: string) => (c === '*' ? '[^]*?' : c === '?' ? '[^]' : c.replace(/[\\^$.|+()[\]{}]/, '\\$&'));

/** The program `sh`: a script given with -c, a file, or what is typed. */
export const shellOf =
  (run: Run): Program =>
  async (args, process) => {
    const options = args.filter((a, i) => /^[-+]/.test(a) && args.slice(0, i).every((b) => /^[-+]/.test(b)));
    const rest = args.slice(options.length);
    const stopsAtErrors = options.some((o) => /^-[a-z]*e/.test(o)) ? 'set -e\n' : '';
    if (options.some((o) => /^-[a-z]*c/.test(o))) {
      const [script = '', ...params] = rest;
      return (await new Shell(run, params).script(stopsAtErrors + script, process)).code;
    }
    if (rest[0] !== undefined) {
      const script = Buffer.from(process.machine.files.read(posix.resolve(process.cwd, rest[0]))).toString();
      return (await new Shell(run, rest).script(stopsAtErrors + script, process)).code;
    }
    if (!process.tty) {
      const script = (await bytesOf(process.stdin)).toString();
      return (await new Shell(run).script(stopsAtErrors + script, process)).code;
    }
    return typed(new Shell(run), process);
  };

/** What is typed at a terminal, line by line. A terminal sends keys and expects to see them. */
async function typed(shell: Shell, process: Process): Promise<number> {
  const prompt = () => process.stdout(Buffer.from(`${process.cwd} # `));
  let [pending, code] = ['', 0];
  await prompt();
  for await (const chunk of process.stdin) {
    for (const key of Buffer.from(chunk).toString()) {
      if (key === '\u0004' && pending === '') return code;
      if (key === '\u007f') {
        if (pending) await process.stdout(Buffer.from('\b \b'));
        pending = pending.slice(0, -1);
      } else if (key === '\u0003') {
        pending = '';
        await process.stdout(Buffer.from('^C\r\n'));
        await prompt();
      } else if (key === '\r' || key === '\n') {
        await process.stdout(Buffer.from('\r\n'));
        const done = await shell.script(pending, process);
        ({ code } = done);
        if (done.exited) return code;
        pending = '';
        await prompt();
      } else {
        pending += key;
        await process.stdout(Buffer.from(key));
      }
    }
  }
  return code;
}
