/** The two places where the database can live: a thread of its own, or (from source, without a built thread) here. */

import { Worker } from 'node:worker_threads';
import { InternalError } from '../../errors.ts';
import type { Connection, Reply, StateRequest } from './request.ts';
import { StateDatabase } from './state-database.ts';

export type Connect = (path: string) => Connection;

/** Node 20 loads no TypeScript as a worker; the built program has the worker beside it. */
export const connectByDefault: Connect = import.meta.url.endsWith('.ts')
  ? connectHere
  : connectThread(new URL('./state-worker.js', import.meta.url));

export function connectHere(path: string): Connection {
  const database = new StateDatabase(path);
  return {
    ask: async (request) => {
      await Promise.resolve();
      return database.reply(request);
    },
    close: async () => {
      await Promise.resolve();
      database.reply({ kind: 'close' });
    },
  };
}

export function connectThread(script: URL): Connect {
  return (path) => new ThreadConnection(script, path);
}

interface Waiting {
  resolve: (reply: Reply) => void;
  reject: (error: InternalError) => void;
}

/** Starts the thread at the first request, and again when it has died; keeps the process alive only while it is asked. */
class ThreadConnection implements Connection {
  readonly #script: URL;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #number = 0;

  constructor(script: URL, path: string) {
    this.#script = script;
    this.#path = path;
  }

  ask(request: StateRequest): Promise<Reply> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const number = (this.#number += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      worker.ref();
      worker.postMessage({ number, request });
    });
  }

  async close(): Promise<void> {
    if (this.#worker !== null) await this.ask({ kind: 'close' });
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { workerData: { path: this.#path }, name: 'state' });
    worker.on('message', ({ number, reply }: { number: number; reply: Reply }) => {
      this.#waiting.get(number)?.resolve(reply);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => {
      this.#end(worker, error);
    });
    worker.on('exit', () => {
      this.#end(worker);
    });
    return worker;
  }

  #end(worker: Worker, cause?: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const error = new InternalError("the state's thread ended before it answered", {
      cause,
      remedy: 'Run the command again: what was not acknowledged is done again.',
    });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
