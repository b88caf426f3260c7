import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, suite, test } from 'node:test';
import { type Random, seededRandom } from '@tiphys/sdk/runtime';
import { CompressionError, HeaderDecoder, HeaderEncoder } from 'tiphys/http2/hpack';
import { buildProgram, withoutGo } from './go-program.ts';

interface Field {
  readonly Name: string;
  readonly Value: string;
  readonly Sensitive?: boolean;
}

interface Question {
  readonly Blocks?: readonly string[];
  readonly Lists?: readonly { readonly TableSizes: readonly number[]; readonly Fields: readonly Field[] }[];
}

interface Answer {
  readonly Lists?: readonly (readonly Field[])[];
  readonly Refusal?: string;
  readonly Blocks?: readonly string[];
}

const seed = Number(process.env['SEED'] ?? 5);
const connections = 200;
const blocksEach = 20;
const why = withoutGo('hpack');

function ask(questions: readonly Question[]): Answer[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(buildProgram('hpack'), { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

const names =
  ':path accept authorization cache-control content-length content-type date etag set-cookie warning x-a x-b'.split(
    ' ',
  );
const values = ['', 'application/json', '/', 'gzip, deflate', '200', 'no-cache, private'];

/** Of any bytes, or of those that headers mostly have. */
function anyText(random: Random, most: number): string {
  const isPlain = random.int(3) > 0;
  const bytes = Array.from({ length: random.int(most) }, () => (isPlain ? 32 + random.int(95) : random.int(256)));
  return String.fromCharCode(...bytes);
}

function anyField(random: Random): Field {
  return {
    Name: random.int(6) ? names[random.int(names.length)]! : anyText(random, 12),
    Value: random.int(2) ? values[random.int(values.length)]! : anyText(random, random.int(30) ? 60 : 6000),
    Sensitive: random.int(10) === 0,
  };
}

const times = <T>(count: number, of: () => T): T[] => Array.from({ length: count }, of);
const toldOf = (fields: readonly Field[]): string[] => fields.map(({ Name, Value }) => `${Name}: ${Value}`);

/** What our decoder makes of blocks that follow one another, up to the first that it refuses. */
function readOurs(blocks: readonly Buffer[]): { lists: string[][]; refusal?: string } {
  const decoder = new HeaderDecoder();
  const lists: string[][] = [];
  for (const block of blocks) {
    const fields: string[] = [];
    try {
      decoder.decode(block, (name, value) => void fields.push(`${name}: ${value}`));
    } catch (err) {
      assert.ok(err instanceof CompressionError);
      return { lists, refusal: err.message };
    }
    lists.push(fields);
  }
  return { lists };
}

suite('header blocks, beside those of Go', { skip: why ?? false }, () => {
  const random = seededRandom(seed);
  const lists = times(connections, () => times(blocksEach, () => times(random.int(10), () => anyField(random))));
  let ofGo: Buffer[][] = [];

  before(() => {
    const sizes = () => (random.int(6) ? [] : times(random.int(3), () => random.int(random.int(2) ? 400 : 6000)));
    const questions = lists.map((of) => ({ Lists: of.map((Fields) => ({ TableSizes: sizes(), Fields })) }));
    ofGo = ask(questions).map(({ Blocks }) => Blocks!.map((block) => Buffer.from(block, 'base64')));
  });

  test('what Go writes is read', () => {
    for (const [i, blocks] of ofGo.entries()) {
      const { lists: got, refusal } = readOurs(blocks);
      assert.equal(refusal, undefined);
      assert.deepEqual(got, lists[i]!.map(toldOf), `SEED=${seed}, connection ${i}`);
    }
  });

  const ours = lists.map((of) => {
    const encoder = new HeaderEncoder();
    return of.map((fields) => {
      // Go accepts a second size only while its table is empty.
      if (random.int(6) === 0) encoder.resize(random.int(3) ? random.int(6000) : 0);
      const headers: Record<string, string[]> = {};
      for (const { Name, Value } of fields) (headers[Name] ??= []).push(Value);
      const asSent = (text: string): string => Buffer.from(text).toString('latin1');
      const sent = Object.entries(headers).flatMap(([name, all]) =>
        all.map((value) => `${asSent(name)}: ${asSent(value)}`),
      );
      return { sent: [':status: 201', ...sent], block: Buffer.from(encoder.encode(201, headers)) };
    });
  });

  test('what is written Go reads', () => {
    const answers = ask(ours.map((blocks) => ({ Blocks: blocks.map(({ block }) => block.toString('base64')) })));
    for (const [i, { Lists, Refusal }] of answers.entries()) {
      assert.equal(Refusal, undefined);
      assert.deepEqual(
        Lists!.map(toldOf),
        ours[i]!.map(({ sent }) => sent),
        `SEED=${seed}, connection ${i}`,
      );
    }
  });

  test('what breaks the rules, and where, Go says too', () => {
    const broken = [...ofGo, ...ours.map((blocks) => blocks.map(({ block }) => block))].flatMap((blocks) =>
      times(10, () => blocks.map((block) => (random.int(4) ? block : changed(block, random)))),
    );
    const answers = ask(broken.map((blocks) => ({ Blocks: blocks.map((block) => block.toString('base64')) })));
    let refused = 0;
    for (const [i, { Lists = [], Refusal }] of answers.entries()) {
      const { lists: got, refusal } = readOurs(broken[i]!);
      const both = Math.min(got.length, Lists.length);
      const label = `SEED=${seed}, ${i}: ${refusal} here, ${Refusal} there`;
      assert.deepEqual(got.slice(0, both), Lists.slice(0, both).map(toldOf), label);
      if (Refusal) refused++;
      if (got.length !== Lists.length) assert.ok(differs(refusal, Refusal), label);
    }
    assert.ok(refused > broken.length / 4, `${refused} refused of ${broken.length}`);
  });
});

/**
 * Where RFC 7541 leaves it open: Go reads integers of more bytes, sizes amid the fields while its table is empty, and at the
 * beginning only one where it isn't.
 */
const differs = (ours: string | undefined, gos: string | undefined): boolean =>
  /integer is too long|is resized within/.test(ours ?? '') || /MUST occur at the beginning/.test(gos ?? '');

function changed(block: Buffer, random: Random): Buffer {
  const bytes = [...block];
  for (let left = random.int(3) + 1; left > 0; left--) {
    const at = random.int(bytes.length + 1);
    const kind = random.int(4);
    if (kind === 0) bytes.splice(at, random.int(5));
    else if (kind === 1) bytes.splice(at, 0, ...random.bytes(random.int(4)));
    else if (kind === 2) bytes[at] = random.int(256);
    else if (at < bytes.length) bytes[at]! ^= 1 << random.int(8);
  }
  return Buffer.from(bytes);
}
