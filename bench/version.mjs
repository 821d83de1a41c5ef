/** Times `posthorn --version` against `node -e 0`, in turns, and prints the ratio of the medians. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const runs = Number(process.argv[2] ?? 10);
const launcher = join(import.meta.dirname, '..', 'bin', 'posthorn.cjs');

function milliseconds(args) {
  const begin = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const peers = { 'posthorn --version': [launcher, '--version'], 'node -e 0': ['-e', '0'] };
const times = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
for (const args of Object.values(peers)) milliseconds(args);
for (let run = 0; run < runs; run += 1)
  for (const [name, args] of Object.entries(peers)) times[name].push(milliseconds(args));

const [ours, bare] = Object.values(times).map(median);
for (const [name, values] of Object.entries(times))
  console.log(`${name.padEnd(20)} median of ${runs}: ${median(values).toFixed(1)} ms`);
console.log(`ratio ${(ours / bare).toFixed(2)} (at most 1.5)`);
