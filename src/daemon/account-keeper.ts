/** Keeps one account: polls it on its interval, flushes its outbox when something is due, and lets nothing out but reports. */

import type { Neighbours } from '../app/neighbours.ts';
import type { AccountReport } from '../app/report.ts';
import { syncAccount } from '../app/sync-account.ts';
import { lookUpState } from '../app/bind-account.ts';
import type { Account } from '../core/account.ts';
import { isDue } from '../core/plan-outbox.ts';
import type { Settings } from '../core/settings.ts';

/** A poll that takes longer is broken off; the next one goes on where it was. */
const longestPollMs = 2 * 3_600_000;

const pauseAfterErrorMs = 15_000;

/** What one poll is to do. */
export interface Poll {
  readonly send: boolean;
  readonly receive: boolean;
  readonly full: boolean;
}

export interface KeeperOptions {
  readonly account: Account;
  readonly settings: Settings;
  readonly neighbours: Neighbours;
  readonly onReport: (report: AccountReport) => void;
  readonly onError: (account: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

export class AccountKeeper {
  readonly account: Account;
  readonly #options: KeeperOptions;
  /** Wall-clock time of the next poll; null: never by itself. */
  #nextPoll: number | null;
  #interrupt = new AbortController();
  #sockets = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #polling = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.account = options.account;
    const polls = options.account.receive && options.account.incoming?.intervalMs !== null;
    this.#nextPoll = polls ? options.neighbours.clock.now() : null;
  }

  get nextPoll(): number | null {
    return this.#nextPoll;
  }

  get polling(): boolean {
    return this.#polling;
  }

  /** Runs until the signal; never throws. */
  async run(): Promise<void> {
    const { signal, onError } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        onError(this.account.name, error);
        await this.#rest(this.#now() + 60_000);
      }
    }
    await this.#running.catch(() => undefined);
  }

  /** Something may be due earlier than thought. */
  wake(): void {
    this.#interrupt.abort();
  }

  /** After a sleep of the machine: every connection is stale, and what is due by the wall clock is due now. */
  dropConnections(): void {
    this.#sockets.abort(new Error('the machine was asleep'));
    this.wake();
  }

  /** One poll at once, behind one that is under way; `sync` beside the daemon asks for it. */
  async pollNow(poll: Poll): Promise<AccountReport> {
    const before = this.#running;
    const mine = before.catch(() => undefined).then(() => this.#poll(poll));
    this.#running = mine;
    return mine;
  }

  async #step(): Promise<void> {
    this.#interrupt = new AbortController();
    const now = this.#now();
    const nextFlush = await this.#nextFlush(now);
    const pollIsDue = this.#nextPoll !== null && this.#nextPoll <= now;
    if (pollIsDue) await this.#report({ send: true, receive: true, full: false });
    else if (nextFlush !== null && nextFlush <= now) await this.#flush();
    else await this.#rest(earliest(this.#nextPoll, nextFlush));
  }

  /** What could not be sent for want of the lock is still due: it must not be asked for in a tight loop. */
  async #flush(): Promise<void> {
    const report = await this.#report({ send: true, receive: false, full: false });
    this.#interrupt = new AbortController();
    if (report.error !== null) await this.#rest(this.#now() + pauseAfterErrorMs);
  }

  async #report(poll: Poll): Promise<AccountReport> {
    const report = await this.pollNow(poll);
    this.#options.onReport(report);
    return report;
  }

  async #poll(poll: Poll): Promise<AccountReport> {
    const { account, settings, neighbours, signal } = this.#options;
    this.#sockets = new AbortController();
    const deadline = AbortSignal.timeout(longestPollMs);
    this.#polling = true;
    try {
      return await syncAccount(account, neighbours, {
        ...poll,
        settings,
        waitMs: 0,
        progress: () => undefined,
        signal: AbortSignal.any([signal, this.#sockets.signal, deadline]),
      });
    } finally {
      this.#polling = false;
      if (poll.receive) this.#planNextPoll();
      this.wake();
    }
  }

  #planNextPoll(): void {
    const interval = this.account.incoming?.intervalMs ?? null;
    const polls = this.account.receive && interval !== null;
    this.#nextPoll = polls ? this.#now() + interval : null;
  }

  /** When the outbox wants work for this account; null while it holds nothing, or the account is suspended. */
  async #nextFlush(now: number): Promise<number | null> {
    const { neighbours } = this.#options;
    const state = await lookUpState(neighbours.state, this.account);
    if (state === null || state.suspended !== null || !this.account.send) return null;
    const { entries } = await neighbours.outbox.list();
    return entries
      .filter(({ accountId }) => accountId === state.id)
      .filter((entry) => isDue(entry, Math.max(now, entry.nextAttempt)))
      .reduce<number | null>((first, { nextAttempt }) => earliest(first, nextAttempt), null);
  }

  async #rest(until: number | null): Promise<void> {
    const { neighbours, signal } = this.#options;
    const awake = AbortSignal.any([signal, this.#interrupt.signal]);
    const at = until ?? Number.MAX_SAFE_INTEGER;
    await neighbours.clock.sleepUntil(at, awake).catch(() => undefined);
  }

  #now(): number {
    return this.#options.neighbours.clock.now();
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
