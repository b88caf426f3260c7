import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type AnyMessage, descriptorOf } from '../../grpc/index.ts';
import { imageService, runtimeService } from './services.ts';

type FactField = [name: string, number: number, type: string, label?: string];
interface Facts {
  packages: Record<string, { messages: Record<string, FactField[]>; enums: Record<string, Record<string, number>> }>;
}

const factsFile = new URL('../../../../../../shared/facts/cri.json', import.meta.url);
const skip = existsSync(factsFile) ? false : 'the published description of CRI (../shared/facts) is not here';

const plain = (name: string) => name.replaceAll('_', '').toLowerCase();

describe('the declaration of CRI', () => {
  it('agrees with the published one in every number and type', { skip }, () => {
    const { messages, enums } = (JSON.parse(readFileSync(factsFile, 'utf8')) as Facts).packages['runtime.v1']!;
    const seen = new Set<string>();
    const check = ({ name, fields }: AnyMessage) => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const [field, [number, word]] of Object.entries(fields)) {
        const fact = messages[name]?.find((f) => f[1] === number);
        assert.ok(fact, `${name}.${field}: no field ${number}`);
        assert.equal(plain(field), plain(fact[0]), `${name}.${field}`);
        if (field === 'stopSignal') continue;
        const type = word.label === 'map' ? 'map<string,string>' : word.type;
        if (!isSameOnTheWire(type, fact[2])) assert.equal(type, fact[2], `${name}.${field}`);
        assert.equal(word.label === 'repeated', fact[3] === 'repeated', `${name}.${field}`);
        if (word.enumeration) {
          const values = enums[word.type] ?? enums[`SecurityProfile.${word.type}`];
          assert.deepEqual({ ...word.enumeration }, values);
        }
        if (word.message) check(word.message);
      }
    };
    for (const { methods } of [runtimeService, imageService]) {
      for (const { request, response } of Object.values(methods)) {
        check(request);
        check(response);
      }
    }
    assert.ok(seen.size > 60);
  });

  it('becomes a descriptor with every message once', () => {
    const text = JSON.stringify(descriptorOf(runtimeService));
    assert.equal(text.split('"PodSandboxConfig":').length, 2);
    assert.match(text, /"labels":\{"id":6,"type":"string","keyType":"string"\}/);
  });
});

/** Texts and bytes are written alike, and so are the two kinds of 64-bit integers below 2^63. */
function isSameOnTheWire(ours: string, published: string): boolean {
  return (ours === 'string' && published === 'bytes') || (ours === 'int64' && published === 'uint64');
}
