/** Starts posthorn once more, in a session of its own that outlives this process. */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { StorageError, TemporaryError } from '../../errors.ts';

export interface DetachOptions {
  /** Takes standard output and error, made 0600; null for nowhere. */
  readonly logFile: string | null;
  /** How long to wait for the line on descriptor 3; 0: do not wait. */
  readonly readyWithinMs: number;
}

const readyVariable = 'POSTHORN_READY_FD';

/**
 * The line it said on descriptor 3, empty where it said none in time or was not asked. Whoever says nothing in time is asked to
 * end (SIGTERM): it must not come up later, when everybody believes that it did not. TemporaryError where it can't be started,
 * StorageError where its log can't be opened.
 */
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
      env: { ...process.env, [readyVariable]: waits ? '3' : undefined },
    });
    await started(child);
    child.unref();
    return waits ? await firstLine(child, readyWithinMs) : '';
  } finally {
    if (typeof log === 'number') closeSync(log);
  }
}

/** The log holds addresses and subjects: 0600 also where it was made otherwise. */
function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const log = openSync(path, 'a', 0o600);
    fchmodSync(log, 0o600);
    return log;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(`the log can't be opened: ${why}`, {
      ...{ cause, reach: 'program', remedy: `Make ${path} writable for this user.` },
    });
  }
}

async function started(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', (cause) => {
      reject(
        new TemporaryError(`no other process can be started: ${cause.message}`, {
          ...{
            cause,
            reach: 'program',
            remedy: 'Look at the limits of this user (ulimit -u, -n).',
          },
        }),
      );
    });
  });
}

async function firstLine(child: ChildProcess, withinMs: number): Promise<string> {
  const pipe = child.stdio[3] as Readable;
  const timer = setTimeout(() => {
    child.kill('SIGTERM');
    pipe.destroy();
  }, withinMs);
  let text = '';
  try {
    for await (const chunk of pipe) {
      text += String(chunk);
      if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
    }
  } catch {
    // Destroyed by the timer.
  } finally {
    clearTimeout(timer);
    pipe.destroy();
  }
  return text;
}
