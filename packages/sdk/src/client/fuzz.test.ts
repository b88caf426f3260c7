import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../runtime/index.ts';
import { fuzz, fuzzOptions, refusedLaterBy } from '../testing/index.ts';
import { parseKubeconfig } from './kubeconfig.ts';

const pieces = (text: string): readonly string[] => text.split(' ');
const words = [
  ...pieces('current-context clusters contexts users name cluster context user server token https://a client-key-data'),
  ...pieces('insecure-skip-tls-verify true namespace exec null c Yg== &x *x { } [ ] , "'),
  ': ',
  '\n',
  '  ',
  '- ',
  '<<: ',
  '!!binary ',
];

test('a kubeconfig is read, or refused in words', () => {
  const check = (input: Buffer) =>
    refusedLaterBy([Error], async () => {
      const { server } = await parseKubeconfig(input.toString(), { directory: '/nonexistent', clock: systemClock });
      assert.equal(typeof server, 'string');
    });
  const corpus = new URL('../../src/client/corpus/kubeconfig.txt', import.meta.url);
  return fuzz({ corpus, words, check }, fuzzOptions(process.env));
});
