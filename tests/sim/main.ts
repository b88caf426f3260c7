// Many simulated clusters, each of another seed: node main.js SEED…
import { playStory } from './story.ts';

const failed: string[] = [];
for (const seed of process.argv.slice(2)) {
  const startedAt = process.cpuUsage();
  try {
    await playStory({ seed });
    const { user, system } = process.cpuUsage(startedAt);
    console.log(`ok ${seed} (${((user + system) / 1e6).toFixed(1)} s CPU)`);
  } catch (err) {
    failed.push(seed);
    console.log(`FAILED ${err instanceof Error ? err.stack : String(err)}`);
  }
}
if (failed.length) console.log(`failed: SEED=${failed.join(',')}`);
process.exitCode = failed.length ? 1 : 0;
