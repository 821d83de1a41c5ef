/** Command line of a suite: what all of them understand. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const understood = {
  runs: { type: 'string', default: '3' },
  only: { type: 'string', multiple: true, default: [] },
  scale: { type: 'string', default: '1' },
  json: { type: 'string' },
  place: { type: 'string', default: tmpdir() },
  help: { type: 'boolean', default: false },
};

export const usage = `  --runs N       measurements of each program, medians are shown (3)
  --only ROW     this row alone; may be given several times
  --scale F      so much of the full numbers of messages and accounts; small: 0.02 (1)
  --json FILE    the results as JSON, beside the table on standard output
  --place DIR    where the file system images lie (${tmpdir()})`;

function positive(name, text) {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`--${name} ${text}: a number above 0 is needed`);
}

export function readOptions(words = process.argv.slice(2)) {
  const { values } = parseArgs({ args: words, options: understood });
  const scale = values.scale === 'small' ? 0.02 : positive('scale', values.scale);
  return { ...values, runs: Math.ceil(positive('runs', values.runs)), scale };
}

/** The launcher of this checkout. */
export const launcher = join(import.meta.dirname, '..', '..', 'bin', 'posthorn.cjs');

export function requireBuild() {
  if (existsSync(join(import.meta.dirname, '..', '..', 'dist', 'main.cjs'))) return;
  throw new Error('posthorn is not built: run `npm run build`');
}
