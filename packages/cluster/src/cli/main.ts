#!/usr/bin/env node
import { join } from 'node:path';
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { cacheDir } from './data-dir.ts';

// From Node 22.8 on what V8 compiled is kept, in a directory of the user's own: others must not be able to write there.
type WithCompileCache = { enableCompileCache?: (dir: string) => unknown };
(nodeModule as WithCompileCache).enableCompileCache?.(join(cacheDir(process.env), 'compiled'));

// V8 makes objects in the old space, where only full collections find them dead, at the places in the code whose objects it has
// seen survive. In a server those that are part of a request survive when a collection happens to come during it: all others of
// these places, and whatever they lead to, would then wait for a full collection.
setFlagsFromString('--no-allocation-site-pretenuring');

const { main } = await import('./program.ts');
await main(process.argv);
