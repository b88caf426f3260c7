import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal, wireNameOf, writeAnswer, writeQuery } from './answer-writer.ts';
import { readForwarded, writeForwarded } from './forwarded-answer.ts';
import { type Answer, classIN, type DnsRecord, type Query, recordTypes } from './message.ts';
import { MalformedMessageError, outline, readLink, readQuery } from './query-reader.ts';

const aQuery = (name: string, type: keyof typeof recordTypes = 'A', more: Partial<Query> = {}): Query => ({
  id: 4711,
  opcode: 0,
  recursionDesired: true,
  checkingDisabled: false,
  question: { name, wireName: wireNameOf(name), type: recordTypes[type], class: classIN },
  ...more,
});

const anAnswer = (answers: DnsRecord[], more: Partial<Answer> = {}): Answer => ({
  rcode: 'NOERROR',
  authoritative: true,
  answers,
  authority: [],
  additional: [],
  ...more,
});

const address = (name: string, i: number): DnsRecord => ({ name, ttl: 30, type: 'A', address: `10.0.0.${i}` });

test('a question as dig sends it, byte by byte', () => {
  const bytes = Buffer.from(
    '1267' + '0120' + '0001000000000001' + '037765620764656661756c7400' + '00010001' + '0000291000000080000000',
    'hex',
  );
  const query = readQuery(bytes);
  assert.deepEqual(
    { ...query, question: { ...query.question, wireName: Buffer.from(query.question.wireName).toString('latin1') } },
    {
      id: 0x1267,
      opcode: 0,
      recursionDesired: true,
      checkingDisabled: false,
      question: { name: 'web.default', wireName: '\x03web\x07default\x00', type: 1, class: 1 },
      edns: { version: 0, size: 4096, dnssecOk: true },
    },
  );
});

test('an answer, byte by byte: names are written once, the target of SRV always in full', () => {
  const query = aQuery('a.b', 'SRV');
  const bytes = writeAnswer(
    query,
    anAnswer([{ name: 'a.b', ttl: 5, type: 'SRV', priority: 0, weight: 100, port: 80, target: 'c.b' }], {
      additional: [{ name: 'c.b', ttl: 5, type: 'A', address: '1.2.3.4' }],
    }),
    { limit: 512 },
  );
  assert.equal(
    Buffer.from(bytes).toString('hex'),
    '1267' +
      '8500' +
      '0001000100000001' +
      '0161016200' +
      '00210001' +
      'c00c' +
      '0021000100000005' +
      '000b' +
      '000000640050' +
      '0163016200' +
      'c027' +
      '0001000100000005' +
      '0004' +
      '01020304',
  );
});

test('a long answer is cut between records and says so, an additional record goes unsaid', () => {
  const name = 'many.default.svc.cluster.local';
  const answers = Array.from({ length: 100 }, (_, i) => address(name, i));
  const cut = writeAnswer(aQuery(name), anAnswer(answers), { limit: 512 });
  assert.ok(cut.length <= 512 && cut.length > 480);
  assert.equal(cut[2]! & 0x02, 0x02);
  const kept = outline(cut).answers.length;
  assert.equal(new DataView(cut.buffer).getUint16(6), kept);

  const fits = writeAnswer(aQuery(name), anAnswer(answers.slice(0, 20), { additional: answers }), { limit: 512 });
  assert.equal(fits[2]! & 0x02, 0);
  assert.equal(outline(fits).answers.length, 20);

  const whole = writeAnswer(aQuery(name), anAnswer(answers), { limit: 65_535 });
  assert.equal(outline(whole).answers.length, 100);
});

test('EDNS is answered with EDNS, within the limit', () => {
  const name = 'many.default.svc.cluster.local';
  const answers = Array.from({ length: 100 }, (_, i) => address(name, i));
  const edns = { version: 0, size: 600, dnssecOk: true };
  const bytes = writeAnswer(aQuery(name, 'A', { edns }), anAnswer(answers), { limit: 600 });
  assert.ok(bytes.length <= 600);
  const { additional } = outline(bytes);
  assert.deepEqual(
    additional.map((r) => [r.type, r.class, r.ttl]),
    [[recordTypes.OPT, 1232, 0x8000]],
  );
  const bad = writeAnswer(aQuery(name, 'A', { edns }), refusal('BADVERS'), { limit: 600 });
  assert.equal(bad[3]! & 0xf, 0);
  assert.equal(outline(bad).additional[0]!.ttl >>> 24, 1);
});

test('the answer repeats the name as it was spelled', () => {
  const wireName = Buffer.from('\x03WeB\x00', 'latin1');
  const query = aQuery('web', 'A', { question: { name: 'web', wireName, type: 1, class: 1 } });
  const bytes = writeAnswer(query, anAnswer([address('web', 1)]), { limit: 512 });
  assert.ok(Buffer.from(bytes).includes('WeB'));
  assert.ok(!Buffer.from(bytes).includes('web'));
});

const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const dnsName = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));

test('property: what we ask is what is read', () => {
  fc.assert(
    fc.property(dnsName, fc.nat(0xffff), fc.boolean(), (name, id, checkingDisabled) => {
      const read = readQuery(writeQuery(id, aQuery(name, 'AAAA', { checkingDisabled })));
      assert.deepEqual([read.id, read.question.name, read.question.type], [id, name, recordTypes.AAAA]);
      assert.equal(read.checkingDisabled, checkingDisabled);
    }),
  );
});

test('property: chains of names survive writing and reading', () => {
  fc.assert(
    fc.property(fc.array(dnsName, { minLength: 2, maxLength: 8 }), (chain) => {
      const answers: DnsRecord[] = chain
        .slice(1)
        .map((target, i) => ({ name: chain[i]!, ttl: 9, type: 'CNAME', target }));
      const bytes = writeAnswer(aQuery(chain[0]!), anAnswer(answers), { limit: 65_535 });
      assert.deepEqual(
        outline(bytes).answers.map((r) => readLink(bytes, r)),
        answers,
      );
    }),
  );
});

test('property: whatever comes in is read or refused, never anything else', () => {
  const header = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (noise, withHeader) => {
      const bytes = withHeader ? Uint8Array.from([...header, ...noise]) : noise;
      for (const read of [readQuery, outline]) {
        try {
          read(bytes);
        } catch (err) {
          assert.ok(err instanceof MalformedMessageError, String(err));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('names that jump forwards or to themselves are refused', () => {
  const head = '000181800001000100000000' + '016100' + '00010001';
  for (const name of ['c013', 'c015', 'c0ff', 'ffff']) {
    const bytes = Buffer.from(`${head}${name}0001000100000005000401020304`, 'hex');
    assert.throws(() => outline(bytes), MalformedMessageError, name);
  }
});

test('an answer of an upstream is passed on with the asker’s id and spelling, and times that have run', () => {
  const upstream = writeAnswer(
    aQuery('example.com', 'A', { edns: { version: 0, size: 1232, dnssecOk: false } }),
    anAnswer([address('example.com', 1)], { authoritative: false }),
    { limit: 1232 },
  );
  const kept = readForwarded(upstream, { maxKeepSeconds: 20 });
  assert.equal(kept.keepSeconds, 20);
  const wireName = Buffer.from('\x07EXAMPLE\x03com\x00', 'latin1');
  const query = aQuery('example.com', 'A', { id: 99, question: { name: 'example.com', wireName, type: 1, class: 1 } });
  const passed = writeForwarded(query, kept, { limit: 512, ageSeconds: 7, maxKeepSeconds: 20 });
  const { answers, additional } = outline(passed);
  assert.equal(new DataView(passed.buffer).getUint16(0), 99);
  assert.ok(Buffer.from(passed).includes('EXAMPLE'));
  assert.deepEqual(
    answers.map((r) => r.ttl),
    [13],
  );
  assert.deepEqual(additional, []);

  const short = writeForwarded(query, kept, { limit: 30, ageSeconds: 0, maxKeepSeconds: 20 });
  assert.equal(short[2]! & 0x02, 0x02);
  assert.deepEqual(outline(short).answers, []);
});

test('what may be kept', () => {
  const soa: DnsRecord = { name: 'com', ttl: 5, type: 'SOA', primary: 'a', mailbox: 'b', serial: 1, minimum: 5 };
  const keep = (answer: Answer) =>
    readForwarded(writeAnswer(aQuery('example.com'), answer, { limit: 512 }), { maxKeepSeconds: 30 }).keepSeconds;
  assert.equal(keep(anAnswer([address('example.com', 1)])), 30);
  assert.equal(keep(anAnswer([], { rcode: 'NXDOMAIN', authority: [soa] })), 5);
  assert.equal(keep(anAnswer([], { authority: [soa] })), 5);
  assert.equal(keep(anAnswer([])), 0);
  assert.equal(keep(refusal('SERVFAIL')), 0);
});
