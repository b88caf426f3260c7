import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aPod } from '@tiphys/sdk/testing';
import { chosenContainer } from './container-choice.ts';
import { parseTime } from './parse-time.ts';
import { mayProxyTo, splitName } from './proxy-target.ts';
import { flag, int64, ports } from './query.ts';
import { rewriteHtml, rewriteUrl } from './rewrite.ts';

const query = (text: string) => new URLSearchParams(text);

describe('which container is meant', () => {
  const named = (...names: string[]) => names.map((name) => ({ name, image: 'app:1' }));
  const one = aPod({ metadata: { name: 'p' }, spec: { containers: named('a') } });
  const two = aPod({ metadata: { name: 'p' }, spec: { containers: named('a', 'b') } });
  const init = aPod({
    metadata: { name: 'p' },
    spec: { containers: named('a', 'b'), initContainers: named('i', 'j') },
  });
  const cases: [name: string, pod: typeof one, asked: string, want: string | { refused: string }][] = [
    ['the only one', one, '', 'a'],
    ['the one asked for', two, 'b', 'b'],
    ['an init container', init, 'j', 'j'],
    ['none of several', two, '', { refused: 'a container name must be specified for pod p, choose one of: [a b]' }],
    [
      'none of several, beside init containers',
      init,
      '',
      {
        refused: 'a container name must be specified for pod p, choose one of: [i j a b]',
      },
    ],
    ['one that is not there', one, 'x', { refused: 'container x is not valid for pod p' }],
  ];
  for (const [name, pod, asked, want] of cases) {
    it(name, () => {
      if (typeof want === 'string') assert.equal(chosenContainer(pod, asked), want);
      else assert.throws(() => chosenContainer(pod, asked), { message: want.refused, code: 400 });
    });
  }
});

describe('what a query says', () => {
  it('flags', () => {
    const cases: [string, boolean][] = [
      ['', false],
      ['f', true],
      ['f=', true],
      ['f=true', true],
      ['f=1', true],
      ['f=maybe', true],
      ['f=0', false],
      ['f=false', false],
      ['f=False', false],
    ];
    for (const [text, want] of cases) assert.equal(flag(query(text), 'f'), want, text);
  });

  it('numbers', () => {
    assert.equal(int64(query('n=-5'), 'n'), -5);
    assert.equal(int64(query('n=%2B5'), 'n'), 5);
    assert.equal(int64(query(''), 'n'), undefined);
    const refused: [string, string][] = [
      ['n=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
      ['n=', 'strconv.ParseInt: parsing "": invalid syntax'],
      ['n=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
      ['n=9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ];
    for (const [text, message] of refused) assert.throws(() => int64(query(text), 'n'), { message, code: 400 }, text);
  });

  it('ports', () => {
    assert.deepEqual(ports(query('ports=80,81&ports=82')), [80, 81, 82]);
    assert.throws(
      () => ports(query('ports=-1')),
      /cannot convert to \[\]int32: strconv.ParseUint: parsing "-1": invalid/,
    );
    assert.throws(() => ports(query('ports=65536')), /parsing "65536": value out of range/);
  });

  it('times', () => {
    const good: [string, string][] = [
      ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
      ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z'],
      ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05Z'],
      ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ];
    for (const [text, want] of good) assert.equal(parseTime(text), want);
    const as = (rest: string, element: string) =>
      ` as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
    const bad: [string, string][] = [
      ['yesterday', as('yesterday', '2006')],
      ['2026', as('', '-')],
      ['2026-01-02 03:04:05Z', as(' 03:04:05Z', 'T')],
      ['2026-01-02T03:04:05', as('', 'Z07:00')],
      ['2026-13-02T03:04:05Z', ': month out of range'],
      ['2026-02-29T03:04:05Z', ': day out of range'],
      ['2026-01-02T24:04:05Z', ': hour out of range'],
      ['2026-01-02T03:04:05Zulu', ': extra text: "ulu"'],
    ];
    for (const [text, why] of bad) {
      assert.throws(() => parseTime(text), { message: `parsing time ${JSON.stringify(text)}${why}`, code: 400 });
    }
  });
});

describe('what is proxied to', () => {
  it('a name, with a scheme and a port where they are given', () => {
    const cases: [string, ReturnType<typeof splitName>][] = [
      ['p', { scheme: 'http', name: 'p', port: '' }],
      ['p:80', { scheme: 'http', name: 'p', port: '80' }],
      ['https:p:', { scheme: 'https', name: 'p', port: '' }],
      ['https:p:web', { scheme: 'https', name: 'p', port: 'web' }],
      [':p:80', { scheme: 'http', name: 'p', port: '80' }],
      ['ftp:p:80', undefined],
      [':80', undefined],
      ['a:b:c:d', undefined],
    ];
    for (const [id, want] of cases) assert.deepEqual(splitName(id), want, id);
  });

  it('addresses of the cluster only', () => {
    for (const good of ['10.0.0.1', '192.168.1.1', '8.8.8.8', 'fd00::1']) assert.doesNotThrow(() => mayProxyTo(good));
    for (const bad of [
      '',
      'p',
      '0.0.0.0',
      '127.0.0.1',
      '169.254.169.254',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      'fe80::1',
    ]) {
      assert.throws(() => mayProxyTo(bad), { message: 'address not allowed', code: 400 }, bad);
    }
  });
});

describe('what a proxied site says of itself', () => {
  const at = { prefix: '/api/v1/namespaces/n/pods/p/proxy', host: '10.0.0.7:8080', outerHost: 'api:6443' };
  const cases: [url: string, want: string][] = [
    ['/', `${at.prefix}/`],
    ['/a/b?c=d#e', `${at.prefix}/a/b?c=d#e`],
    ['http://10.0.0.7:8080/a', `${at.prefix}/a`],
    ['https://api:6443/a', `https://api:6443${at.prefix}/a`],
    ['//10.0.0.7:8080/a', `${at.prefix}/a`],
    [`${at.prefix}/a`, `${at.prefix}/a`],
    ['a/b', 'a/b'],
    ['#top', '#top'],
    ['?q', '?q'],
    ['http://elsewhere/a', 'http://elsewhere/a'],
    ['mailto:x@y', 'mailto:x@y'],
  ];
  for (const [url, want] of cases) it(url, () => assert.equal(rewriteUrl(url, at), want));

  it('pages, where something is referred to and nowhere else', () => {
    const page =
      '<html><body background="/bg.png"><a class="/x" href=\'/a\'>/a</a><img src=/i.png><p href="/no">a < b</p><script src="/s.js"></script><A HREF="http://elsewhere/">e</A></body></html>';
    const want =
      `<html><body background="${at.prefix}/bg.png"><a class="/x" href='${at.prefix}/a'>/a</a><img src=${at.prefix}/i.png><p href="/no">a < b</p>` +
      `<script src="${at.prefix}/s.js"></script><A HREF="http://elsewhere/">e</A></body></html>`;
    assert.equal(rewriteHtml(page, at), want);
  });
});
