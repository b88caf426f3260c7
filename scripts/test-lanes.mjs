// Runs test files, several at a time: those of a lane as many at once as it says, lanes side by side. What they print is kept
// until they end, and shown when they fail; what they skip and how long they took is told in the end.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** A file that hangs is a file that fails. */
const longestMs = 900_000;
const killedAfterMs = 10_000;

/**
 * A lane: `jobs` of `{ node, file, label }`, how many of them at once, whether those of other lanes come first where the processor
 * is short, and what they wait for. Resolves to what came of all.
 */
export async function runLanes(lanes, { cwd, show = 'failures' }) {
  const results = [];
  const runLane = async ({ jobs, atOnce = 1, isPatient = false, after }) => {
    await after;
    const left = [...jobs];
    const worker = async () => {
      for (let job = left.shift(); job; job = left.shift()) {
        const result = await runFile(job, { cwd, isPatient });
        results.push(result);
        if (show === 'all') process.stdout.write(result.output);
        else process.stdout.write(result.failed ? `\n${job.label}\n${failuresOf(result.output)}\n` : '.');
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  await Promise.all(lanes.map(runLane));
  return results;
}

async function runFile({ node, file, label, env }, { cwd, isPatient }) {
  const beganAt = performance.now();
  const child = spawn(node, ['--test-reporter=spec', file], {
    cwd,
    env: { ...process.env, ...env?.() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (isPatient && child.pid) setPriority(child.pid, 5);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const timer = setTimeout(() => {
    output += `\n${label} has not ended for ${longestMs / 60_000} minutes\n`;
    child.kill();
    setTimeout(() => child.kill('SIGKILL'), killedAfterMs).unref();
  }, longestMs);
  const code = await new Promise((resolve) => {
    // What it leaves behind may hold its output open: its own end counts.
    child.once('exit', (exitCode) => setTimeout(() => resolve(exitCode), 50));
    child.once('error', (err) => {
      output += String(err);
      resolve(1);
    });
  });
  clearTimeout(timer);
  return { label, failed: code !== 0, output, seconds: (performance.now() - beganAt) / 1000 };
}

/** What the reporter says of failures again at its end, or everything where it didn't get there. */
function failuresOf(output) {
  const at = output.indexOf('✖ failing tests:');
  return at < 0 ? output : output.slice(at);
}

/** Files that took longest, what was skipped and why, and how many tests there were. */
export function summaryOf(results) {
  const lines = [];
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10);
  lines.push('the slowest files:', ...slowest.map((r) => `${r.seconds.toFixed(1).padStart(8)} s  ${r.label}`));
  const skipped = new Map();
  for (const { label, output } of results) {
    for (const [, why] of output.matchAll(/^\s*﹣ .* \([\d.]+ms\) # (.+)$/gm)) {
      skipped.set(why, (skipped.get(why) ?? new Set()).add(label));
    }
  }
  if (skipped.size) lines.push('skipped:');
  for (const [why, labels] of skipped) lines.push(`  ${why} (${[...labels].join(', ')})`);
  const count = (what) =>
    results.reduce((sum, { output }) => sum + Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? 0), 0);
  const failed = results.filter((r) => r.failed).map((r) => r.label);
  lines.push(`${results.length} files, ${count('tests')} tests, ${count('pass')} passed, ${count('skipped')} skipped`);
  if (failed.length) lines.push(`failed: ${failed.join(', ')}`);
  return lines.join('\n');
}
