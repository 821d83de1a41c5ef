/**
 * Port: Inspector, by a process of its own. A call on a disk that does not answer can't be broken off, and Node waits for it even
 * at its exit; a process that is stuck can be left behind.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { StorageError, TemporaryError } from '../../errors.ts';
import type { Inspector } from '../../ports/inspector.ts';
import type { Answer, Question } from './question.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** `deadlineMs` is for each call. The process is started at the first one. */
export function createInspector(launcher: string, deadlineMs: number): Inspector {
  const process = new LookingProcess(launcher, deadlineMs);
  const ask =
    <T>(what: Question['what']) =>
    (about: string): Promise<T> =>
      process.ask(what, about) as Promise<T>;
  return {
    look: ask('look'),
    names: ask('names'),
    text: ask('text'),
    free: ask('free'),
    state: ask('state'),
    lookUp: ask('lookUp'),
    machine: () => process.ask('machine', '') as ReturnType<Inspector['machine']>,
    close: () => {
      process.close();
    },
  };
}

class LookingProcess {
  readonly #launcher: string;
  readonly #deadlineMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | null = null;
  #number = 0;

  constructor(launcher: string, deadlineMs: number) {
    this.#launcher = launcher;
    this.#deadlineMs = deadlineMs;
  }

  ask(what: Question['what'], about: string): Promise<unknown> {
    const child = (this.#child ??= this.#start());
    const number = (this.#number += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(number);
        reject(late(what, about, this.#deadlineMs));
      }, this.#deadlineMs);
      const settled = (settle: (value: never) => void) => (value: unknown) => {
        clearTimeout(timer);
        settle(value as never);
      };
      this.#waiting.set(number, { resolve: settled(resolve), reject: settled(reject) });
      child.send({ number, what, about } satisfies Question);
    });
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #start(): ChildProcess {
    const child = fork(this.#launcher, ['__inspect'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      const { number, value, failure } = message as Answer;
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (failure === null) waiting?.resolve(value);
      else waiting?.reject(failed(failure));
    });
    child.on('error', (error) => {
      this.#end(error);
    });
    child.on('exit', () => {
      this.#end(new Error('the looking process ended'));
    });
    child.unref();
    return child;
  }

  #end(cause: Error): void {
    const error = new TemporaryError('the machine cannot be looked at', { cause });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function failed({ message, remedy }: NonNullable<Answer['failure']>): StorageError {
  return new StorageError(message, remedy === null ? {} : { remedy });
}

function late(what: Question['what'], about: string, deadlineMs: number): TemporaryError {
  const seconds = String(deadlineMs / 1000);
  const isHost = what === 'lookUp';
  return new TemporaryError(
    `${isHost ? `the look-up of ${about}` : about} did not answer within ${seconds} s`,
    {
      code: 'timeout',
      remedy: isHost
        ? 'Check the network: getent hosts ' + about
        : 'Check its disk: findmnt -T ' + about,
    },
  );
}
