// A process that keeps a containerd, to be killed: tells its pid once it answers.
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { startContainerd } from 'tiphys/kubelet/containerd';

const [dir = '', cniConfDir = '', architecture = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const deps = { clock: systemClock, random: systemRandom, log: nullLogger };
const { pid } = await startContainerd({ dir, cniConfDir, architecture }, deps, signal);
process.stdout.write(`${pid()}\n`);
