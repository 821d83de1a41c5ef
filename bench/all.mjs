/** Every benchmark, one after the other; options go to those that take them, --json collects the results of all. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, usage } from './machinery/options.mjs';

const plain = ['version', 'apply'];
const suites = ['start', 'smtp', 'pop3', 'imap'];

/** A suite ends by itself, also on Ctrl-C, which reaches it as it reaches us. */
function run(name, words) {
  const script = join(import.meta.dirname, `${name}.mjs`);
  process.stdout.write(`\n`);
  const { status } = spawnSync(process.execPath, [script, ...words], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

function runSuites({ runs, scale, place, json }) {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-results-'));
  const results = [];
  for (const name of suites) {
    const file = join(folder, name);
    run(name, ['--runs', runs, '--scale', scale, '--place', place, '--json', file].map(String));
    if (existsSync(file)) results.push(JSON.parse(readFileSync(file, 'utf8')));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  }
  rmSync(folder, { recursive: true });
}

const options = readOptions();
if (options.help) process.stdout.write(`npm run bench -- [options]\n\n${usage}\n`);
else if (options.only.length > 0)
  throw new Error('--only is for a suite: node bench/imap.mjs --only ROW');
else {
  for (const name of plain) run(name, []);
  runSuites(options);
}
