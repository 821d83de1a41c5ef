/** Folders and files for the owner alone, made so that a power cut does not take them away again. */

import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { syncDirectoryNow } from './durable.ts';

/** Makes the folder and those above it, each 0700, and fsyncs the entry of each new one in its parent. */
export function makePrivateDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let at = resolve(directory); at !== top; at = dirname(at)) syncDirectoryNow(dirname(at));
}

/**
 * Makes an empty file of mode 0600 where there is none. One that exists is not even opened: closing any descriptor of a file
 * drops every fcntl lock that this process holds on it.
 */
export function createPrivateFile(path: string): void {
  // What is nearly always so, told without the cost of an error.
  if (existsSync(path)) return;
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    throw error;
  }
  closeSync(descriptor);
  syncDirectoryNow(dirname(path));
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
