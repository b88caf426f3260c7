// The same seed twice, and another: node replay.js
import assert from 'node:assert/strict';
import { playStory } from './story.ts';

const once = await playStory({ seed: 'twice', steps: 25 });
const again = await playStory({ seed: 'twice', steps: 25 });
assert.deepEqual(once.story, again.story);
const [a, b] = [once.objects.split('\n'), again.objects.split('\n')];
const at = a.findIndex((line, i) => line !== b[i]);
if (at !== -1) assert.equal(b[at], a[at]);
assert.equal(a.length, b.length);
assert.notDeepEqual((await playStory({ seed: 'another', steps: 5 })).story, once.story.slice(0, 5));
console.log(`${a.length} objects are the same`);
