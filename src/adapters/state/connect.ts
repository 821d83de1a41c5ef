/** Where the database can live: in a thread of its own, or in the calling thread; mostly first here, then there. */

import { packedRows } from './pack-change.ts';
import type { Connection, PackedChange, Reply, StateRequest } from './request.ts';
import type { StateDatabase } from './state-database.ts';
import { ThreadConnection, type Patience } from './thread.ts';

export type Connect = (path: string) => Connection;

/** Node 20 loads no TypeScript as a worker; the built program has the worker beside it. */
export const connectByDefault: Connect = import.meta.url.endsWith('.ts')
  ? connectHere
  : connectInTurn(new URL('./state-worker.js', import.meta.url));

export function connectHere(path: string): Connection {
  return new HereConnection(path);
}

export function connectThread(script: URL, patience?: Patience): Connect {
  return (path) => new ThreadConnection(script, path, patience);
}

export function connectInTurn(script: URL): Connect {
  return (path) => new ConnectionInTurn(path, new ThreadConnection(script, path));
}

/** In the calling thread, loaded at the first request. */
class HereConnection implements Connection {
  readonly #path: string;
  readonly #busyTimeoutMs: number | undefined;
  #database: Promise<StateDatabase> | null = null;

  constructor(path: string, busyTimeoutMs?: number) {
    this.#path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  async ask(request: StateRequest): Promise<Reply> {
    this.#database ??= this.#load();
    return (await this.#database).reply(request);
  }

  async close(after?: Promise<void>): Promise<void> {
    await after;
    if (this.#database !== null) await this.ask({ kind: 'close' });
  }

  async #load(): Promise<StateDatabase> {
    const { StateDatabase } = await import('./state-database.ts');
    return new StateDatabase(this.#path, this.#busyTimeoutMs);
  }
}

/** A thread costs more than all that polls without news ask. So small requests are answered without one, a few thousand of them … */
const fewRequests = 4_096;
/** … and the few that wait for the disk … */
const fewFlushes = 64;
/** … by a process that has only just begun: a daemon must not stand still with its disk … */
const youngMs = 10_000;
/** … where no other process writes for long … */
const busyHereMs = 100;
/** … and where little is written … */
const fewRows = 64;
/** … or changed: much less is written for each … */
const fewChanged = 1_024;
/** … or read. */
const fewRead = 8_192;

class ConnectionInTurn implements Connection {
  readonly #here: HereConnection;
  readonly #thread: ThreadConnection;
  readonly #startedAt = performance.now();
  #answeredHere = 0;
  #flushedHere = 0;
  #isThreadAsked = false;

  constructor(path: string, thread: ThreadConnection) {
    this.#here = new HereConnection(path, busyHereMs);
    this.#thread = thread;
  }

  async ask(request: StateRequest): Promise<Reply> {
    if (!this.#isThreadAsked && (await this.#isForHere(request))) {
      this.#answeredHere += 1;
      if (isFlush(request)) this.#flushedHere += 1;
      const reply = await this.#here.ask(request);
      if (reply.ok || reply.fault.kind !== 'locked') return reply;
    }
    this.#isThreadAsked = true;
    return this.#thread.ask(request);
  }

  async close(after?: Promise<void>): Promise<void> {
    await this.#thread.close(this.#here.close(after));
  }

  async #isForHere(request: StateRequest): Promise<boolean> {
    const isYoung = performance.now() - this.#startedAt < youngMs;
    const isFew = this.#answeredHere < fewRequests && this.#flushedHere < fewFlushes;
    if (!isYoung || !isFew) return false;
    if (isSmall(request)) return true;
    const counting = countOf(request);
    if (counting === null) return false;
    const counted = await this.#here.ask(counting);
    // Others may have asked for the thread meanwhile.
    return counted.ok && Number(counted.value) <= fewRead && !this.#isThreadAsked;
  }
}

/** What asks for an fsync; `bind` does where it meets a new account. */
function isFlush(request: StateRequest): boolean {
  return request.kind === 'bind' || (request.kind === 'commit' && request.durability === 'durable');
}

function isSmall(request: StateRequest): boolean {
  switch (request.kind) {
    case 'agreed':
    case 'agreed-uids':
    case 'agreed-elsewhere':
    case 'former':
    case 'known-mail':
    case 'mail-of':
      return false;
    case 'bind':
      return request.calls.reduce((sum, { bindings }) => sum + bindings.length, 0) <= fewRows;
    case 'commit': {
      const changes = request.batches.flatMap((batch) => batch.changes);
      return packedRows(changes) <= (bringsMail(changes) ? fewRows : fewChanged);
    }
    default:
      return true;
  }
}

/** All else is of messages that are known: what moved is forgotten in one folder and agreed in another. */
function bringsMail(changes: readonly PackedChange[]): boolean {
  const has = (...kinds: readonly PackedChange['kind'][]): boolean =>
    changes.some(({ kind }) => kinds.includes(kind));
  return has('mail-known') || (has('messages-agreed') && !has('messages-forgotten'));
}

/** What tells how much is read for it; null for what is read by a thread in any case. */
function countOf(request: StateRequest): Extract<StateRequest, { kind: 'count' }> | null {
  switch (request.kind) {
    case 'agreed':
    case 'former': {
      const { accountId, path } = request;
      return { kind: 'count', accountId, path, most: fewRead + 1 };
    }
    // All are looked through.
    case 'agreed-elsewhere':
      return { kind: 'count', accountId: request.accountId, path: null, most: fewRead + 1 };
    default:
      return null;
  }
}
