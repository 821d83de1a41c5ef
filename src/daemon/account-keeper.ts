/** Keeps one account: polls it on its interval, flushes its outbox when something is due, and lets nothing out but reports. */

import type { Neighbours } from '../app/neighbours.ts';
import type { AccountReport, FolderReport } from '../app/sync/report.ts';
import type { Places } from '../app/sync/places.ts';
import { syncAccount } from '../app/sync/sync-account.ts';
import { lookUpState } from '../app/accounts/bind-account.ts';
import { haltedBy } from '../app/outbox/connect-for-sending.ts';
import { keepsMail, type Account } from '../core/account/account.ts';
import { isDue } from '../core/outbox/plan-outbox.ts';
import type { Settings } from '../core/account/settings.ts';
import { TemporaryError } from '../errors.ts';
import { Lane } from './lane.ts';
import { WorkLoop } from './work-loop.ts';

/** Before an outbox is flushed again whose entries are still due, since it could not be flushed at all. */
const pauseAfterFailureMs = 15_000;
/** The same after a flush that went well: nothing is due then, and nothing shall spin where something is. */
const pauseAfterFlushMs = 1_000;

/** What one poll is to do: one of the two, or both. */
export interface Poll {
  readonly send: boolean;
  readonly receive: boolean;
  readonly full: boolean;
  readonly acceptDeletions: boolean;
  /** For whoever asked for it and looks on. */
  readonly onProgress?: (report: FolderReport) => void;
}

/** What nobody asked for by hand. */
const usually = { full: false, acceptDeletions: false };

export interface KeeperOptions {
  readonly account: Account;
  readonly settings: Settings;
  readonly neighbours: Neighbours;
  /** Of all accounts together: who polls waits for one. */
  readonly places: Places;
  readonly onReport: (report: AccountReport) => void;
  /** Must not throw. */
  readonly onError: (account: string, error: unknown) => void;
}

/** Sending has a lane of its own: a message must not wait behind a first sync that takes hours. */
export class AccountKeeper {
  #account: Account;
  readonly #options: KeeperOptions;
  readonly #receiving = new Lane();
  readonly #sending = new Lane();
  readonly #polls: WorkLoop;
  readonly #flushes: WorkLoop;
  /** Time between two polls; null: never by itself. */
  readonly #intervalMs: number | null;
  /** Wall-clock time of the next poll. */
  #nextPoll: number | null;
  #dropped = false;
  /** Until then the server wants to be left alone; 0: it does not. */
  #pausedUntil = 0;

  constructor(options: KeeperOptions) {
    const { account, neighbours, onError } = options;
    this.#options = options;
    this.#account = account;
    const polls = account.receive && keepsMail(account);
    this.#intervalMs = polls ? (account.incoming?.intervalMs ?? null) : null;
    this.#nextPoll = this.#intervalMs === null ? null : neighbours.clock.now();
    const { clock } = neighbours;
    const failed = (error: unknown): void => {
      onError(account.name, error);
    };
    this.#polls = new WorkLoop({ clock, step: () => this.#pollStep(), onError: failed });
    this.#flushes = new WorkLoop({ clock, step: () => this.#flushStep(), onError: failed });
  }

  get account(): Account {
    return this.#account;
  }

  get nextPoll(): number | null {
    return this.#nextPoll;
  }

  get polling(): boolean {
    return this.#receiving.busy;
  }

  /** Runs until `stop`; never throws. */
  async run(): Promise<void> {
    await Promise.all([this.#polls.run(), this.#flushes.run()]);
  }

  /** Breaks off what runs; resolves once what was in hand is finished. */
  async stop(): Promise<void> {
    const reason = new TemporaryError('it was broken off, since the daemon is stopping', {
      remedy: 'The next poll goes on where this one was.',
    });
    this.#polls.end();
    this.#flushes.end();
    await Promise.all([this.#receiving.close(reason), this.#sending.close(reason)]);
  }

  /** Something may be due earlier than thought: a new message in the outbox, a wall clock that was set. */
  wake(): void {
    this.#polls.wake();
    this.#flushes.wake();
  }

  /** After a sleep of the machine: every connection is stale, and what is due by the wall clock is due now. */
  dropConnections(): void {
    const reason = new TemporaryError('the machine was asleep, its connections are stale', {
      remedy: 'Nothing: they are made anew at once.',
    });
    this.#dropped = this.#receiving.busy;
    this.#receiving.breakOff(reason);
    this.#sending.breakOff(reason);
    this.wake();
  }

  /** One poll at once, behind one that is under way; `sync` beside the daemon asks for it. */
  async pollNow({ send, receive, ...how }: Poll): Promise<AccountReport> {
    const sent = send ? await this.#flush() : null;
    if (sent !== null && !receive) return sent;
    const received = await this.#receive(how);
    this.#polls.wake();
    return sent === null ? received : joined(sent, received);
  }

  async #pollStep(): Promise<number | null> {
    if (!this.#pollIsDue()) return this.#nextPoll;
    const send = !this.#options.settings.sendImmediately;
    this.#options.onReport(await this.pollNow({ send, receive: true, ...usually }));
    this.#flushes.wake();
    return this.#nextPoll;
  }

  /** A due time further away than the interval was planned before the clock was set back. */
  #pollIsDue(): boolean {
    if (this.#nextPoll === null || this.#intervalMs === null) return false;
    const now = this.#now();
    this.#nextPoll = Math.min(this.#nextPoll, Math.max(now + this.#intervalMs, this.#pausedUntil));
    return this.#nextPoll <= now;
  }

  async #flushStep(): Promise<number | null> {
    const next = await this.#nextFlush();
    if (next === null || next > this.#now()) return next;
    const report = await this.#flush();
    this.#options.onReport(report);
    return this.#now() + (report.error === null ? pauseAfterFlushMs : pauseAfterFailureMs);
  }

  async #flush(): Promise<AccountReport> {
    return this.#sending.run((signal) =>
      this.#sync({ send: true, receive: false, ...usually }, signal),
    );
  }

  async #receive(how: Omit<Poll, 'send' | 'receive'>): Promise<AccountReport> {
    return this.#receiving.run(async (signal) => {
      let notBefore: number | null = null;
      try {
        const report = await this.#options.places.run((headway) =>
          this.#sync({ send: false, receive: true, ...how }, signal, headway),
        );
        notBefore = report.notBefore;
        return report;
      } finally {
        this.#planNextPoll(notBefore);
      }
    });
  }

  async #sync(
    { onProgress, ...poll }: Poll,
    signal: AbortSignal,
    headway: () => void = () => undefined,
  ): Promise<AccountReport> {
    const { settings, neighbours } = this.#options;
    const progress = (_: string, report: FolderReport): void => {
      headway();
      onProgress?.(report);
    };
    const options = { ...poll, settings, waitMs: 0, progress, signal };
    const report = await syncAccount(this.#account, neighbours, options);
    this.#keepId(report.id);
    return report;
  }

  /** Once known it leads to the state, also when the file has given the account another NAME since this daemon read it. */
  #keepId(id: string): void {
    if (id !== '') this.#account = { ...this.#account, id };
  }

  /** What the sleep of the machine broke off is due again at once; a server that asked for a pause has it. */
  #planNextPoll(notBefore: number | null): void {
    const wait = this.#dropped ? 0 : this.#intervalMs;
    this.#dropped = false;
    this.#pausedUntil = notBefore ?? 0;
    this.#nextPoll =
      this.#intervalMs === null || wait === null
        ? null
        : Math.max(this.#now() + wait, notBefore ?? 0);
  }

  /** When the outbox wants work; null while nothing waits in it, the account or its sending is suspended, or only a sync shall send. */
  async #nextFlush(): Promise<number | null> {
    const { neighbours, settings } = this.#options;
    if (!settings.sendImmediately || !this.#account.send) return null;
    const state = await lookUpState(neighbours.state, this.#account);
    if (state === null || haltedBy(this.#account, state) !== null) return null;
    const { entries } = await neighbours.outbox.list();
    const times = entries
      .filter(({ accountId }) => accountId === state.id)
      .filter((entry) => isDue(entry, entry.nextAttempt))
      .map(({ nextAttempt }) => nextAttempt);
    return times.length === 0 ? null : Math.min(...times);
  }

  #now(): number {
    return this.#options.neighbours.clock.now();
  }
}

/** What `sync` would have told had it done both: the error of receiving covers that of sending. */
function joined(sent: AccountReport, received: AccountReport): AccountReport {
  return { ...received, sent: sent.sent, error: received.error ?? sent.error };
}
