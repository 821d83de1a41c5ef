/** Starts the tests' own programs and reads what they say line by line. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  /** Standard output so far. */
  readonly lines: readonly string[];
  /** The line with this index, once it is there; rejects when the program ends without it. */
  line(index: number): Promise<string>;
  /** Sends the signal and resolves once the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Exit status; null after a signal. */
  readonly ended: Promise<number | null>;
}

export function startChild(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([status]) => status as number | null);
  return {
    process: child,
    lines,
    ended,
    line: async (index) => {
      while (lines.length <= index) {
        const over = ended.then(() => 'over' as const);
        const next = await Promise.race([once(reader, 'line'), over]);
        if (next === 'over' && lines.length <= index)
          throw new Error(`ended after ${String(lines.length)} lines`);
      }
      return lines[index] ?? '';
    },
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

export function startNode(program: string, ...args: readonly string[]): Child {
  return startChild(process.execPath, [program, ...args]);
}
