/** Wall time, processor time and peak memory of a command with all of its children. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd, refuseAtEnd } from './ending.mjs';

const meter = join(import.meta.dirname, 'measure.py');

/** Seconds after which any command is killed. */
export const limit = 900;

function collect(stream) {
  let text = '';
  stream.on('data', (chunk) => (text = (text + chunk).slice(-4000)));
  return () => text.trim();
}

/** Node knows nothing of its children's use of the machine, Python does. */
function start(command, { env, cwd = '/', input }) {
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const words = ['-S', '-E', meter, String(limit), ...command];
  // A session of its own: Ctrl-C on the terminal reaches us alone, and we end it by its id.
  const options = { env, cwd, stdio: [stdin, 'pipe', 'pipe'], detached: true };
  const child = spawn('/usr/bin/python3', words, options);
  if (stdin !== 'ignore') closeSync(stdin);
  return child;
}

/** `{ wall, cpu, peak }` in seconds, seconds, MiB; a command that fails is an error, never a result. */
export async function measure(command, options = {}) {
  refuseAtEnd();
  const child = start(command, { ...options, env: { ...bare, ...options.env } });
  const [said, complained] = [collect(child.stdout), collect(child.stderr)];
  const gone = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const stop = atEnd(async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await gone;
  });
  await gone;
  await stop();
  return verdict(command, said(), complained(), options.accept ?? [0]);
}

/** As cron's; a variable of a shell can cost a program more than its whole start (NODE_EXTRA_CA_CERTS twice as much). */
const bare = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

function verdict(command, report, complaint, accept) {
  if (report === '') throw new Error(`${command[0]} did not run: ${complaint}`);
  const { status, wall, cpu, peak } = JSON.parse(report);
  if (accept.includes(status)) return { wall, cpu, peak };
  const words = command.slice(0, 4).join(' ');
  throw new Error(`${words} ended with ${status} after ${wall.toFixed(1)} s: ${complaint}`);
}
