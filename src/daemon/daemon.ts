/** The daemon: one keeper for each enabled account, a control socket, a heartbeat, and an orderly end. */

import { isReadFromServer, readFromServerText } from '../app/accounts/read-from-server.ts';
import { accountJson, progressJson } from '../app/sync/report-json.ts';
import type { Neighbours } from '../app/neighbours.ts';
import type { AccountReport, FolderReport } from '../app/sync/report.ts';
import { Places } from '../app/sync/places.ts';
import { syncStatus } from '../app/sync/sync-all.ts';
import type { Account } from '../core/account/account.ts';
import type { Settings } from '../core/account/settings.ts';
import { TemporaryError } from '../errors.ts';
import type { AskedAccount, Control, ControlRequest, Json } from '../ports/control.ts';
import { AccountKeeper } from './account-keeper.ts';
import { beat } from './heartbeat.ts';

export interface DaemonOptions {
  readonly accounts: readonly Account[];
  readonly settings: Settings;
  readonly neighbours: Neighbours;
  readonly control: Control;
  readonly version: string;
  readonly process: number;
  /** One line of the log. */
  readonly log: (level: 'info' | 'warn', text: string) => void;
  readonly onReport: (report: AccountReport) => void;
  /** Listening, and every account about to be polled. */
  readonly onReady: () => void;
  readonly signal: AbortSignal;
}

/** How long messages in hand may take to become durable once the end was asked for. */
const graceMs = 20_000;

/** Accounts that are polled at once, of thousands that are due: their connections bound the memory. */
const atOnce = 32;
/** With those that stall: many accounts on one dead server must not keep the others from their polls. */
const inAll = 512;
/** Without anything durable for so long, an account counts as stalled. */
const patienceMs = 10_000;

/** Holds the lock `daemon` while it runs; TemporaryError (`locked`) where another one does. Resolves at the signal or at `stop`. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const lock = await options.neighbours.lock.acquire('daemon');
  const stop = new AbortController();
  const ended = AbortSignal.any([options.signal, stop.signal]);
  const daemon = new Daemon(options, ended, () => {
    stop.abort(new TemporaryError('the daemon was asked to stop', { reach: 'program' }));
  });
  try {
    await daemon.run();
  } finally {
    await lock.release();
  }
}

class Daemon {
  readonly #options: DaemonOptions;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  readonly #startedAt: number;
  readonly #places: Places;
  readonly #keepers: ReadonlyMap<string, AccountKeeper>;

  constructor(options: DaemonOptions, signal: AbortSignal, stop: () => void) {
    this.#options = options;
    this.#signal = signal;
    this.#stop = stop;
    this.#startedAt = options.neighbours.clock.now();
    this.#places = new Places({ atOnce, inAll, patienceMs, clock: options.neighbours.clock });
    const enabled = options.accounts.filter((account) => account.enabled);
    this.#keepers = new Map(enabled.map((account) => [account.name, this.#keeper(account)]));
  }

  async run(): Promise<void> {
    const { control, neighbours, onReady } = this.#options;
    const server = await control.serve((request, _, tell) => this.#answer(request, tell));
    try {
      const keepers = [...this.#keepers.values()].map((keeper) => keeper.run());
      const onLeap = (by: number): void => {
        this.#leapt(by);
      };
      const heart = beat(neighbours.clock, onLeap, this.#signal);
      this.#log('info', `started with ${count(keepers.length, 'account')}`);
      for (const { account } of this.#keepers.values())
        if (isReadFromServer(account)) this.#log('info', readFromServerText(account.name));
      onReady();
      await aborted(this.#signal);
      this.#log('info', 'stopping: messages in hand are finished first');
      await withinGrace(Promise.all([...keepers, ...this.#stopKeepers(), heart]));
    } finally {
      await server.close();
      this.#log('info', 'stopped');
    }
  }

  #stopKeepers(): Promise<void>[] {
    return [...this.#keepers.values()].map((keeper) => keeper.stop());
  }

  /** A log that can't be written must not end the daemon. */
  #log(level: 'info' | 'warn', text: string): void {
    try {
      this.#options.log(level, text);
    } catch {
      // There is nowhere to say it.
    }
  }

  #keeper(account: Account): AccountKeeper {
    const { settings, neighbours, onReport } = this.#options;
    return new AccountKeeper({
      account,
      settings,
      neighbours,
      places: this.#places,
      onReport,
      onError: (name, error) => {
        this.#log('warn', `${name}: ${error instanceof Error ? error.message : String(error)}`);
      },
    });
  }

  #leapt(by: number): void {
    const seconds = String(Math.round(Math.abs(by) / 1000));
    if (by > 0)
      this.#log('info', `the machine slept for ${seconds} s: all connections are made anew`);
    else
      this.#log('info', `the clock was set back by ${seconds} s: the next polls are planned anew`);
    for (const keeper of this.#keepers.values())
      if (by > 0) keeper.dropConnections();
      else keeper.wake();
  }

  async #answer(request: ControlRequest, tell: (news: Json) => void): Promise<Json> {
    switch (request.command) {
      case 'status':
        return this.#status();
      case 'stop':
        this.#stop();
        return { stopping: true };
      case 'wake':
        for (const keeper of this.#keepers.values()) keeper.wake();
        return { woken: this.#keepers.size };
      case 'sync':
        return this.#sync(request, request.progress === true ? tell : () => undefined);
    }
  }

  /** `{process, version, startedAt, accounts: [{account, polling, nextPoll}]}`, times in ISO 8601. */
  #status(): Json {
    const accounts = [...this.#keepers.values()].map(({ account, polling, nextPoll }) => ({
      account: account.name,
      polling,
      nextPoll: nextPoll === null ? null : new Date(nextPoll).toISOString(),
    }));
    const { process, version } = this.#options;
    return { process, version, startedAt: new Date(this.#startedAt).toISOString(), accounts };
  }

  /** News: ProgressJson. `{accounts: AccountJson[], unknown: NAME[]}`, by the names that were asked for: unknown are those that this daemon does not keep. */
  async #sync(
    request: Extract<ControlRequest, { command: 'sync' }>,
    tell: (news: Json) => void,
  ): Promise<Json> {
    const { send, receive, full, acceptDeletions } = request;
    const keepers = request.accounts.map((asked) => this.#keeperOf(asked));
    const reports = await Promise.all(
      keepers.map(async (keeper, at) => {
        const onProgress = (folder: FolderReport): void => {
          tell({ ...progressJson(request.accounts[at]?.name ?? '', folder) });
        };
        return keeper === null
          ? null
          : keeper.pollNow({ send, receive, full, acceptDeletions, onProgress });
      }),
    );
    const accounts = reports.flatMap((report, at) => {
      if (report === null) return [];
      this.#options.onReport(report);
      const account = request.accounts[at]?.name ?? report.account;
      return [{ ...accountJson(report, syncStatus(report)), account }];
    });
    const unknown = request.accounts.filter((_, at) => keepers[at] === null);
    const names = unknown.map(({ name }) => name);
    return JSON.parse(JSON.stringify({ accounts, unknown: names })) as Json;
  }

  /** By its id where both sides have one: its NAME may be another account's by now. */
  #keeperOf({ name, id }: AskedAccount): AccountKeeper | null {
    const byId = [...this.#keepers.values()].find(({ account }) => account.id === id);
    if (id !== null && byId !== undefined) return byId;
    const named = this.#keepers.get(name) ?? null;
    return id === null || named?.account.id === undefined ? named : null;
  }
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

/** Whatever hangs in spite of its aborted signal does not keep the daemon from ending. */
async function withinGrace(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  try {
    await Promise.race([work, grace]);
  } finally {
    clearTimeout(timer);
  }
}
