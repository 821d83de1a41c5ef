/** Starts posthorn once more, in a session of its own that outlives this process. */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

export interface DetachOptions {
  /** Takes standard output and error, made 0600; null for nowhere. */
  readonly logFile: string | null;
  /** How long to wait for the line on descriptor 3; 0: do not wait. */
  readonly readyWithinMs: number;
}

/** The line it said on descriptor 3, empty where it said none in time or was not asked. */
export async function detachPosthorn(
  launcher: string,
  args: readonly string[],
  { logFile, readyWithinMs }: DetachOptions,
): Promise<string> {
  const log = logFile === null ? ('ignore' as const) : openLog(logFile);
  try {
    const waits = readyWithinMs > 0;
    const child = spawn(process.execPath, [launcher, ...args], {
      detached: true,
      stdio: ['ignore', log, log, waits ? 'pipe' : 'ignore'],
      cwd: '/',
      env: { ...process.env, ...(waits ? { POSTHORN_READY_FD: '3' } : {}) },
    });
    const answer = waits ? await firstLine(child, readyWithinMs) : '';
    child.unref();
    return answer;
  } finally {
    if (typeof log === 'number') closeSync(log);
  }
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}

async function firstLine(child: ChildProcess, withinMs: number): Promise<string> {
  const pipe = child.stdio[3] as Readable;
  const timer = setTimeout(() => pipe.destroy(), withinMs);
  let text = '';
  try {
    for await (const chunk of pipe) {
      text += String(chunk);
      if (text.includes('\n')) break;
    }
  } catch {
    // Destroyed by the timer: what was said until then is the answer.
  } finally {
    clearTimeout(timer);
    pipe.destroy();
  }
  return text.split('\n')[0] ?? '';
}
