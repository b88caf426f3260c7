#!/usr/bin/env node
import { join } from 'node:path';
import nodeModule from 'node:module';
import { cacheDir } from './data-dir.ts';

// From Node 22.8 on what V8 compiled is kept, in a directory of the user's own: others must not be able to write there.
type WithCompileCache = { enableCompileCache?: (dir: string) => unknown };
(nodeModule as WithCompileCache).enableCompileCache?.(join(cacheDir(process.env), 'compiled'));

const { main } = await import('./program.ts');
await main(process.argv);
