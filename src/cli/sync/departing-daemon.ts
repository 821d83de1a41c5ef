/** A daemon that was asked to end: whether its process is gone, or what keeps it. Linux tells by /proc (proc(5)). */

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { TemporaryError } from '../../errors.ts';

const lookEveryMs = 50;
/** A thread that waits for a disk so long without running once is kept by it: no signal reaches it, not even SIGKILL. */
const keptForMs = 5_000;

/** Resolves once the process is gone; TemporaryError where a disk keeps it, or where it still works after `withinMs`. */
export async function untilGone(id: number, withinMs: number, signal: AbortSignal): Promise<void> {
  const begin = Date.now();
  const waiting = new Map<string, number>();
  while (isThere(id)) {
    const now = Date.now();
    await lookAtThreads(id, waiting, now);
    if ([...waiting.values()].some((since) => now - since > keptForMs)) throw keptByDisk(id);
    if (now - begin > withinMs) throw stillAtWork(id);
    await pause(lookEveryMs, undefined, { signal });
  }
}

/** TemporaryError once a disk keeps the process; never resolves. */
export async function unlessKept(id: number, signal: AbortSignal): Promise<never> {
  await untilGone(id, Number.POSITIVE_INFINITY, signal);
  return new Promise(() => undefined);
}

function isThere(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** `waiting`: threads that wait for a disk, each with the number of its waits, and since when that is so. */
async function lookAtThreads(id: number, waiting: Map<string, number>, now: number): Promise<void> {
  const before = new Map(waiting);
  waiting.clear();
  for (const thread of await waitingThreads(id)) waiting.set(thread, before.get(thread) ?? now);
}

/** Those in uninterruptible sleep; one that has run in between has another number of switches, and so another name. */
async function waitingThreads(id: number): Promise<string[]> {
  const folder = `/proc/${String(id)}/task`;
  const threads = await readdir(folder).catch(() => []);
  const found = threads.map(async (thread) => {
    const text = await readFile(`${folder}/${thread}/status`, 'latin1').catch(() => '');
    const switches = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(text)?.[1] ?? '';
    return /^State:\s*D/m.test(text) ? [`${thread} ${switches}`] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Who is told that it has stopped may unmount its disk. */
function keptByDisk(id: number): TemporaryError {
  return new TemporaryError(
    `the daemon was asked to stop, but its process ${String(id)} is still there: it waits for a disk that does not answer`,
    {
      reach: 'program',
      remedy: 'Look at the disks (`dmesg`); it ends by itself once they answer.',
    },
  );
}

function stillAtWork(id: number): TemporaryError {
  return new TemporaryError(
    `the daemon was asked to stop, but its process ${String(id)} is still at work`,
    {
      reach: 'program',
      code: 'timeout',
      remedy: 'Look at its log; it ends by itself once that is done, or when its process is ended.',
    },
  );
}
