import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoUrl } from './go-url.ts';

test('URLs are taken apart', () => {
  const nothing = { scheme: '', user: undefined, host: '', path: '', query: '', fragment: '' };
  const table: [text: string, want: object][] = [
    ['', {}],
    ['HTTPS://h:1/p', { scheme: 'https', host: 'h:1', path: '/p' }],
    ['https://u:p@h', { scheme: 'https', user: 'u:p', host: 'h' }],
    ['https://h/p?q=1#f', { scheme: 'https', host: 'h', path: '/p', query: 'q=1', fragment: 'f' }],
    ['https:h', { scheme: 'https' }],
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
    ['https://h/%zz', 'invalid URL escape "%zz"'],
    ['https://a b@h', 'net/url: invalid userinfo'],
  ];
  for (const [text, why] of table) assert.throws(() => parseGoUrl(text), { message: `parse "${text}": ${why}` });
});
