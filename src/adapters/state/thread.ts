/** The database in a thread of its own: SQLite is synchronous, and an fsync there holds up no socket here. */

import { Worker } from 'node:worker_threads';
import { InternalError, StorageError } from '../../errors.ts';
import { buffersIn } from './columns.ts';
import type { Connection, Reply, StateRequest } from './request.ts';

/** How long an answer may take, and how long a close, in milliseconds: beyond that the disk hangs. */
export interface Patience {
  readonly askMs: number;
  readonly closeMs: number;
}

const usualPatience: Patience = { askMs: 60_000, closeMs: 15_000 };

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** Starts the thread at the first request, and again when it has died; keeps the process alive only while it is asked. */
export class ThreadConnection implements Connection {
  readonly #script: URL;
  readonly #path: string;
  readonly #patience: Patience;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #number = 0;
  #isGivenUp = false;

  constructor(script: URL, path: string, patience = usualPatience) {
    this.#script = script;
    this.#path = path;
    this.#patience = patience;
  }

  async ask(request: StateRequest): Promise<Reply> {
    if (this.#isGivenUp) throw silent(this.#path);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const number = (this.#number += 1);
    worker.postMessage({ number, request }, buffersIn(request));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#take(number)?.reject(silent(this.#path));
      }, this.#patience.askMs);
      this.#waiting.set(number, { resolve, reject, timer });
      worker.ref();
    });
  }

  async close(after: Promise<void> = Promise.resolve()): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(this.#giveUp());
      }, this.#patience.closeMs);
    });
    try {
      await Promise.race([this.#closeAfter(after), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #closeAfter(after: Promise<void>): Promise<void> {
    await after;
    if (this.#worker === null) return;
    await this.ask({ kind: 'close' });
    this.#worker = null;
  }

  /** Whoever waits behind a disk that hangs learns it now, and hears nothing more when it answers after all. */
  #giveUp(): StorageError {
    this.#isGivenUp = true;
    const error = silent(this.#path);
    this.#end(this.#worker, error);
    return error;
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#worker?.unref();
    return waiting;
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { workerData: { path: this.#path }, name: 'state' });
    worker.on('message', ({ number, reply }: { number: number; reply: Reply }) => {
      this.#take(number)?.resolve(reply);
    });
    worker.on('error', (error) => {
      this.#end(worker, died(error));
    });
    worker.on('exit', () => {
      this.#end(worker, died());
    });
    return worker;
  }

  #end(worker: Worker | null, error: InternalError | StorageError): void {
    if (worker === null || this.#worker !== worker) return;
    worker.unref();
    this.#worker = null;
    for (const number of [...this.#waiting.keys()]) this.#take(number)?.reject(error);
  }
}

function died(cause?: unknown): InternalError {
  return new InternalError("the state's thread ended before it answered", {
    cause,
    remedy: 'Run the command again: what was not acknowledged is done again.',
  });
}

function silent(path: string): StorageError {
  return new StorageError(`the disk that holds ${path} does not answer`, {
    reach: 'program',
    remedy:
      'Check the disk (`dmesg`, `mount`); what was not acknowledged is done again once it answers.',
  });
}
