// Runs a mail server for a test and outlives the test just long enough to end it: when the
// pipe on standard input closes, for whatever reason, the server and its folder are removed.
//
//   node watchdog.mjs FOLDER COMMAND [ARGUMENT…]
//
// Standard input:  "start" | "stop", one a line; its end means: stop and remove FOLDER.
// RUN_PID in the environment is the process above the one that started us (a test worker's test
// run): workers outlive a run that was killed, so its death also ends the server, and the worker.
//
// Standard output: "started PID" | "failed REASON" | "exited STATUS" | "stopped", one a line.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const patience = 5000;
const [folder, command, ...args] = process.argv.slice(2);
let running;

function report(line) {
  process.stdout.write(`${line}\n`);
}

function killQuietly(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The server leads a process group of its own, so that its workers can be ended with it. */
function start() {
  // What the server says before it has read where its log is.
  const early = openSync(`${folder}/output.log`, 'a');
  const stdio = ['ignore', early, early];
  const child = spawn(command, args, { detached: true, stdio, cwd: folder });
  closeSync(early);
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      report(`exited ${code ?? signal}`);
      resolve();
    });
    child.once('error', (error) => {
      report(`failed ${error.message}`);
      resolve();
    });
  });
  child.once('spawn', () => report(`started ${child.pid}`));
  running = { child, exited };
}

/** A worker that made a session of its own still stands in the folder, or was run from it. */
function stragglers() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        const place = readlinkSync(`/proc/${name}/cwd`);
        return place === folder || place.startsWith(`${folder}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** `SIGTERM` lets the server put its things in order, `SIGKILL` is for one that nobody needs again. */
async function stop(signal) {
  if (running === undefined) return;
  const { child, exited } = running;
  running = undefined;
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) killQuietly(child.pid, signal);
  const late = setTimeout(() => killQuietly(child.pid, 'SIGKILL'), patience);
  await exited;
  clearTimeout(late);
  killQuietly(-child.pid, 'SIGKILL');
  for (const pid of stragglers()) killQuietly(pid, 'SIGKILL');
}

async function end() {
  await stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

/** The fourth field of /proc/PID/stat; the second, a name in brackets, may hold anything. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
  } catch {
    return undefined;
  }
}

/** Ending the orphaned worker closes our pipe; all else follows from that. */
function watchRun(run) {
  const worker = process.ppid;
  const look = () => {
    if (process.ppid === worker && parentOf(worker) !== run) killQuietly(worker, 'SIGKILL');
  };
  setInterval(look, 500).unref();
}

// Whoever started us may be gone: what we report then interests nobody.
process.stdout.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => void end().then(() => process.exit(1)));
}
if (process.env.RUN_PID !== undefined) watchRun(Number(process.env.RUN_PID));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') start();
  if (line === 'stop') await stop('SIGTERM').then(() => report('stopped'));
}
await end();
process.exit(0);
