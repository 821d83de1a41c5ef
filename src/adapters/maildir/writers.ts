/** Which process writes a file in `tmp/`, and whether it still runs: its name carries that of the writer. */

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '../../disk/disk.ts';

/** unknown: of another machine or container, or of this machine before it was started anew. */
export type WriterState = 'running' | 'gone' | 'unknown';

export interface Writers {
  /** Of this process; matches `writerPattern`. */
  readonly own: string;
  stateOf(writer: string): WriterState;
}

/** Where process ids are of one kind, the process id, and when it began: ids are given again, both together are not. */
export const writerPattern = '[0-9a-f]{8}\\.[0-9]+\\.[0-9]+';

let known: Writers | undefined;

/** Those of this machine. */
export function processWriters(): Writers {
  if (known !== undefined) return known;
  const place = placeOfProcesses();
  const own = `${place}.${String(process.pid)}.${startOf(process.pid) ?? '0'}`;
  known = {
    own,
    stateOf: (writer) => {
      if (writer === own) return 'running';
      const [where, id, start] = writer.split('.');
      if (where !== place) return 'unknown';
      return isRunning(Number(id), start ?? '') ? 'running' : 'gone';
    },
  };
  return known;
}

/** Since the machine was started, and in this container: elsewhere the same id is another process. */
function placeOfProcesses(): string {
  const parts = [hostname(), readText('/proc/sys/kernel/random/boot_id'), processNamespace()];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Where /proc does not show when a process began (another user's, under `hidepid`), one of that id counts as the same. */
function isRunning(id: number, start: string): boolean {
  try {
    process.kill(id, 0);
  } catch (error) {
    // EPERM: another user's.
    if (errorCode(error) === 'ESRCH') return false;
  }
  const found = startOf(id);
  return found === null || found === start;
}

/** Clock ticks since the machine was started, field 22 of proc_pid_stat(5); the second may hold blanks and parentheses. */
function startOf(id: number): string | null {
  const text = readText(`/proc/${String(id)}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
