/** Kills a sync at a moment that is told by what it has done so far. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { namesIn } from './mail-on-disk.ts';
import type { Outcome } from './run.ts';
import { outcome } from './run.ts';

/** When to kill: `isDue` is asked every few milliseconds; once it says so, `laterMs` more pass. */
export interface Moment {
  isDue(runningMs: number): Promise<boolean>;
  readonly laterMs: number;
}

/** Milliseconds between two looks. */
const lookEvery = 4;

/** SIGKILL for this process alone, by its id. `killed` is false where it had ended by itself before. */
export async function killAt(
  child: ChildProcess,
  moment: Moment,
): Promise<Outcome & { killed: boolean }> {
  const ended = outcome(child);
  await Promise.race([reach(child, moment), ended]);
  const { pid } = child;
  if (pid !== undefined && isRunning(child)) process.kill(pid, 'SIGKILL');
  const result = await ended;
  return { ...result, killed: result.signal === 'SIGKILL' };
}

async function reach(child: ChildProcess, { isDue, laterMs }: Moment): Promise<void> {
  if (child.pid === undefined) await once(child, 'spawn');
  const started = performance.now();
  while (isRunning(child) && !(await isDue(performance.now() - started))) await pause(lookEvery);
  if (isRunning(child)) await pause(laterMs);
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** So many milliseconds after its start. */
export function afterMs(milliseconds: number): Moment {
  return { isDue: (running) => Promise.resolve(running >= milliseconds), laterMs: 0 };
}

/** Once this many names have appeared in the directory, also those that are gone again; what lies there at the start does not count. */
export function afterNewNames(directory: string, count: number, laterMs: number): Moment {
  let before: Set<string> | null = null;
  const appeared = new Set<string>();
  return {
    isDue: async () => {
      const names = await namesIn(directory);
      before ??= new Set(names);
      for (const name of names) if (!before.has(name)) appeared.add(name);
      return appeared.size >= count;
    },
    laterMs,
  };
}

/** Once this many names stand in the directory. */
export function fromNames(directory: string, count: number, laterMs: number): Moment {
  return { isDue: async () => (await namesIn(directory)).length >= count, laterMs };
}

/** Once fewer than this many messages are left in the Maildir, after another moment has come. */
export function thenBelow(first: Moment, maildir: string, count: number): Moment {
  const left = async (): Promise<number> => {
    const names = await Promise.all(['new', 'cur'].map((each) => namesIn(join(maildir, each))));
    return names.flat().length;
  };
  let isFirstDue = false;
  return {
    isDue: async (running) => {
      isFirstDue ||= await first.isDue(running);
      return isFirstDue && (await left()) < count;
    },
    laterMs: first.laterMs,
  };
}
