/**
 * Builds every program in Go that tests use, so that the first of those tests doesn't stand still for minutes. Says a line for
 * each that is built, or why none is: then the tests say so too.
 */
import { readdirSync } from 'node:fs';
import { buildProgram, withoutGo } from './go-program.ts';
import { builtKubectl } from './kubectl.ts';

const programs = readdirSync(new URL('../../go/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  // What most tests wait for comes first, and what takes longest last.
  .toSorted((a, b) => Number(b === 'kubectl') - Number(a === 'kubectl') || Number(a > b) - Number(a < b))
  .toSorted((a, b) => Number(a === 'kube-apiserver') - Number(b === 'kube-apiserver'));

for (const name of programs) {
  const why = withoutGo(name);
  if (why === undefined) {
    if (name === 'kubectl') builtKubectl();
    else buildProgram(name);
  }
  console.log(why === undefined ? `built ${name}` : `without ${name}: ${why}`);
}
