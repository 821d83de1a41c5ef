/**
 * Who took a lock last, and with which fence: `PID`, a line break, `FENCE`. A file of its own beside the lock's, since opening
 * and closing that one would drop the lock. It stays: fences only ever rise.
 */

import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { errorOf, faultOf } from '../../disk/sqlite-fault.ts';

interface Holder {
  readonly pid: number;
  readonly fence: number;
}

/** 0 where none is known. Not on disk for certain: after a power cut nobody of before is left to be refused. */
export function lastFence(path: string): number {
  return read(path)?.fence ?? 0;
}

/** Null where it is not known, or was left by a process that is no more. */
export function runningHolder(path: string): number | null {
  const pid = read(path)?.pid ?? 0;
  return pid > 0 && isAlive(pid) ? pid : null;
}

/** By the holder of the lock alone. Its own failure is none, unless somebody counts on the fence. */
export function noteHolder(path: string, fence: number, isNeeded: boolean): void {
  const file = holderFile(path);
  const temporary = `${file}.${String(process.pid)}`;
  const text = `${String(process.pid)}\n${String(fence)}\n`;
  try {
    if (overwrite(file, text)) return;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    removeQuietly(temporary);
    if (isNeeded) throw errorOf(faultOf(error, file));
  }
}

/**
 * A note of the same length, as the last one mostly is, by one write, which no kill can halve; that spares making and renaming a
 * file at each poll. False where it can't be done so.
 */
function overwrite(file: string, text: string): boolean {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.size !== text.length) return false;
    const descriptor = openSync(file, 'r+');
    try {
      return writeSync(descriptor, text) === text.length;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function holderFile(path: string): string {
  return path.replace(/\.lock$/, '.pid');
}

function read(path: string): Holder | null {
  try {
    const [pid = 0, fence] = readFileSync(holderFile(path), 'latin1').split('\n').map(Number);
    return { pid: whole(pid), fence: whole(fence ?? 0) };
  } catch {
    return null;
  }
}

function whole(number: number): number {
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A part of a note that nobody reads.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
