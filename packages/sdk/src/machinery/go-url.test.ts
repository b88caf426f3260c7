import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapedPath, goUrlText, hostnameOf, parseGoUrl, portOf, queryOf } from './go-url.ts';

test('URLs are taken apart', () => {
  const nothing = { scheme: '', opaque: '', user: undefined, host: '', path: '', query: '', fragment: '' };
  const table: [text: string, want: object][] = [
    ['', {}],
    ['HTTPS://h:1/p', { scheme: 'https', host: 'h:1', path: '/p' }],
    ['https://u:p@h', { scheme: 'https', user: 'u:p', host: 'h' }],
    ['https://h/p?q=1#f', { scheme: 'https', host: 'h', path: '/p', query: 'q=1', fragment: 'f' }],
    ['https:h', { scheme: 'https', opaque: 'h' }],
    ['example.com/p', { path: 'example.com/p' }],
    ['https://[::1]:443/', { scheme: 'https', host: '[::1]:443', path: '/' }],
    ['///p', { path: '///p' }],
    ['1a://h', 'first path segment in URL cannot contain colon' as never],
  ];
  for (const [text, want] of table) {
    if (typeof want === 'string')
      assert.throws(() => parseGoUrl(text), { message: `parse "${text}": ${want as string}` });
    else assert.deepEqual(parseGoUrl(text), { ...nothing, ...want }, text);
  }
});

test('what is no URL', () => {
  const table: [text: string, why: string][] = [
    ['://h', 'missing protocol scheme'],
    ['a b:c', 'first path segment in URL cannot contain colon'],
    ['https://a b', 'invalid character " " in host name'],
    ['https://h:port', 'invalid port ":port" after host'],
    ['https://[::1', "missing ']' in host"],
    ['https://[1.2.3.4]', 'invalid IP-literal'],
    [
      'https://[::g]',
      'invalid host: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
    ],
    ['https://a:1:2', 'invalid port ":1:2" after host'],
    ['https://%41/', 'invalid URL escape "%41"'],
    ['https://h/%zz', 'invalid URL escape "%zz"'],
    ['https://a b@h', 'net/url: invalid userinfo'],
  ];
  for (const [text, why] of table) assert.throws(() => parseGoUrl(text), { message: `parse "${text}": ${why}` });
});

test('what a request may name', () => {
  const table: [text: string, why: string | undefined][] = [
    ['', 'empty url'],
    ['rel/path', 'invalid URI for request'],
    ['not a url', 'invalid URI for request'],
    ['::', 'missing protocol scheme'],
    ['/p#f', undefined],
    ['//host/p', undefined],
    ['mailto:a@b.c', undefined],
    ['http://[::1]:80/', undefined],
    ['*', undefined],
  ];
  for (const [text, why] of table) {
    const read = () => parseGoUrl(text, { request: true });
    if (why) assert.throws(read, { message: `parse "${text}": ${why}` });
    else read();
  }
});

test('the parts of a URL', () => {
  const url = parseGoUrl('https://user:pw@example.com:8443/a%20b/c?x=1&y=2&x=3&z=a%2Fb+c&;=1&bad=%g#frag');
  assert.equal(hostnameOf(url), 'example.com');
  assert.equal(portOf(url), '8443');
  assert.equal(escapedPath(url), '/a%20b/c');
  assert.deepEqual(
    [...queryOf(url)],
    [
      ['x', ['1', '3']],
      ['y', ['2']],
      ['z', ['a/b c']],
    ],
  );
  assert.equal(hostnameOf(parseGoUrl('http://[::1]')), '::1');
  assert.equal(portOf(parseGoUrl('http://[::1]')), '');
  const paths: [text: string, want: string][] = [
    ['http://h/\u00e9', '/%C3%A9'],
    ['http://h/a b', '/a%20b'],
    ['http://h/%7e!', '/%7e!'],
    ['http://h', ''],
  ];
  for (const [text, want] of paths) assert.equal(escapedPath(parseGoUrl(text)), want, text);
  for (const text of ['http://h/p?q#f', 'mailto:a@b.c', '/only/path', 'https://u:p@h:1/']) {
    assert.equal(goUrlText(parseGoUrl(text)), text);
  }
  assert.equal(goUrlText(parseGoUrl('HTTP://h/a b')), 'http://h/a%20b');
});

test('a query that names one key very often is read in time that grows with its length', () => {
  const url = parseGoUrl(`https://a/?${'&c'.repeat(200_000)}`);
  assert.equal(queryOf(url).get('c')?.length, 200_000);
});
