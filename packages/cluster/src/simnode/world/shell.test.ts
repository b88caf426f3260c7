import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimClock } from '@tiphys/sdk/testing';
import { arithmeticValue } from './arithmetic.ts';
import { directory, FileTree } from './file-tree.ts';
import { inputOf, type Process } from './process.ts';
import { refuseProgram, runProgram } from './programs.ts';

/** A machine without anything on it, and what programs on it say. */
function machine() {
  const clock = new SimClock();
  const files = new FileTree(() => clock.now());
  for (const path of ['/tmp', '/etc']) files.makeDirectory(path);
  const run = async (command: readonly string[], stdin: Uint8Array = new Uint8Array()) => {
    const [out, err]: [Uint8Array[], Uint8Array[]] = [[], []];
    const process: Process = {
      machine: { files, hostname: 'web-1', clock, otherProgram: refuseProgram },
      env: new Map([
        ['HOME', '/root'],
        ['GREETING', 'hello  world'],
      ]),
      cwd: '/',
      stdin: inputOf(stdin),
      stdout: (chunk) => void out.push(chunk),
      stderr: (chunk) => void err.push(chunk),
      tty: false,
      signal: new AbortController().signal,
    };
    const code = await runProgram(command, process);
    return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
  };
  return { files, run, clock };
}

test('scripts', async () => {
  const cases: [script: string, out: string, code?: number][] = [
    ['echo one; echo two && false || echo three', 'one\ntwo\nthree\n'],
    ['echo going down; exit 3', 'going down\n', 3],
    ['true && false', '', 1],
    ['echo $GREETING "$GREETING" \'$GREETING\'', 'hello world hello  world $GREETING\n'],
    ['echo "a\\"b" a\\ b ${NONE:-none} ${HOME}', 'a"b a b none /root\n'],
    ['X=1; Y="$X 2"; echo $Y; export Z=3; printenv Z', '1 2\n3\n'],
    ['X=once env | grep X=; echo [$X]', 'X=once\n[]\n'],
    ['i=0; while [ $i -lt 3 ]; do echo "$i: $(hostname)"; i=$((i+1)); done', '0: web-1\n1: web-1\n2: web-1\n'],
    ['for f in a b "c d"; do printf "%s," "$f"; done', 'a,b,c d,'],
    ['for i in $(seq 3); do printf %s $i; done', '123'],
    ['if test -f /etc/none; then echo yes; elif true; then echo maybe; else echo no; fi', 'maybe\n'],
    ['if ! false; then echo ok; fi # the rest', 'ok\n'],
    ['echo a > /tmp/a; echo b >> /tmp/a; cat /tmp/a; cat < /tmp/a | wc -l', 'a\nb\n2\n'],
    ['echo x > /tmp/x; echo y > /tmp/y; cat /tmp/[ax]* 2>/dev/null; echo /tmp/?', '/tmp/x /tmp/y\n'],
    ['cd /tmp && pwd; cd /none; pwd', '/tmp\n/tmp\n'],
    ['(echo in; false) > /tmp/o || cat /tmp/o', 'in\n'],
    ['{ echo 1; echo 2; } | tail -n 1', '2\n'],
    ['nonsense > /dev/null 2>&1; echo $?', '127\n'],
    ['set -e; false; echo never', '', 1],
    ['printf "a\\tb\\n"; echo -n c; echo -e "d\\ne"', 'a\tb\ncd\ne\n'],
    ['sleep 0.5 & wait; echo done', 'done\n'],
    ['exec echo replaced; echo never', 'replaced\n'],
    ['if true; then', '', 2],
    ['echo `hostname`', 'web-1\n'],
    ['__proto__=1; echo $__proto__ $constructor', '1\n'],
  ];
  for (const [script, want, code = 0] of cases) {
    const { run, clock } = machine();
    const running = run(['sh', '-c', script]);
    await clock.advance(1000);
    const told = await running;
    assert.deepEqual([told.out.toString(), told.code], [want, code], `${script}: ${told.err}`);
  }
});

test('arithmetic', () => {
  const cases: [text: string, value: number][] = [
    ['1+2*3', 7],
    ['(1+2)*3', 9],
    ['-7/2', -3],
    ['7%4 - x', 1],
    ['$x == 2', 1],
    ['1/0', 0],
    ['', 0],
  ];
  for (const [text, value] of cases)
    assert.equal(
      arithmeticValue(text, (name) => (name === 'x' ? '2' : '')),
      value,
      text,
    );
});

test('files are read, changed and refused as the C library words it', async () => {
  const { run, files } = machine();
  const volume = directory(0, { readOnly: true });
  volume.entries.set('key', { type: 'file', data: Buffer.from('value'), mode: 0o644, mtimeMs: 0 });
  files.mount('/etc/config', volume);
  const cases: [command: string[], out: string, err: RegExp, code: number][] = [
    [['ls', '/'], 'etc\ntmp\n', /^$/, 0],
    [['cat', '/etc/config/key'], 'value', /^$/, 0],
    [['cat', '/etc/none', '/etc/config/key'], 'value', /^cat: \/etc\/none: No such file or directory\n$/, 1],
    [['cat', '/etc'], '', /Is a directory/, 1],
    [['ls', '/etc/config/key/x'], '', /Not a directory/, 1],
    [['sh', '-c', 'echo x > /etc/config/new'], '', /Read-only file system/, 1],
    [['mkdir', '/tmp'], '', /File exists/, 1],
    [['mkdir', '-p', '/tmp/a/b'], '', /^$/, 0],
    [['rm', '/tmp/a'], '', /Is a directory/, 1],
    [['rm', '-rf', '/tmp/a', '/tmp/none'], '', /^$/, 0],
    [['ls', '/tmp'], '', /^$/, 0],
    [['vi'], '', /^vi: not found: this container is simulated and knows .*cat.*sh/, 127],
  ];
  for (const [command, out, err, code] of cases) {
    const told = await run(command);
    assert.deepEqual([told.out.toString(), told.code], [out, code], command.join(' '));
    assert.match(told.err, err);
  }
});

test('what tar packs, tar unpacks', async () => {
  const { run, files } = machine();
  files.makeDirectory('/data/deep', { parents: true });
  const long = `${'long'.repeat(40)}.txt`;
  const contents = new Map([
    ['/data/a', Buffer.from('1')],
    [`/data/deep/${long}`, Buffer.alloc(1025, 7)],
    ['/data/ü', Buffer.alloc(0)],
  ]);
  for (const [path, data] of contents) files.write(path, data, { mode: 0o600 });
  const packed = await run(['tar', 'cf', '-', '/data']);
  assert.equal(packed.code, 0, packed.err);
  files.makeDirectory('/copy');
  assert.equal((await run(['tar', '-xmf', '-', '-C', '/copy'], packed.out)).code, 0);
  for (const [path, data] of contents) assert.deepEqual(files.read(`/copy${path}`), data, path);
  const broken = await run(['tar', 'xf', '-'], Buffer.alloc(2048, 'x'));
  assert.deepEqual([broken.code, broken.err], [2, 'tar: this does not look like a tar archive\n']);
});
