/** A use case's surroundings in memory: one account, its server, its disk and its state, which outlive every run. */

import type { Neighbours } from '../../src/app/neighbours.ts';
import type { AccountReport } from '../../src/app/sync/report.ts';
import { syncAccount, type SyncOptions } from '../../src/app/sync/sync-account.ts';
import type { Account, LeaveOnServer } from '../../src/core/account/account.ts';
import { usualSync, type SyncSettings } from '../../src/core/account/policy/sync-settings.ts';
import { mailStatuses } from '../../src/core/maildrop/maildrop.ts';
import type { AgreedFolder } from '../../src/core/sync/agreed.ts';
import type { Settings } from '../../src/core/account/settings.ts';
import { TemporaryError } from '../../src/errors.ts';
import type { Lock } from '../../src/ports/lock.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import type { MailStore } from '../../src/ports/receiving/mail-store.ts';
import { CrashingProcess, never, type CrashPoint } from '../fakes/crashing.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { MemoryMailServer } from '../fakes/memory-mail-server.ts';
import { MemoryMailStore } from '../fakes/memory-mail-store.ts';
import { createMemoryStateStore } from '../fakes/memory-state-store.ts';

export const accountId = 'abcdef';
export const root = '/mail/work';

export interface WorldOptions {
  readonly leaveOnServer?: LeaveOnServer;
  readonly folders?: readonly string[];
  readonly random?: () => number;
  readonly maxFailures?: number;
  /** What is otherwise than usual. */
  readonly sync?: Partial<SyncSettings>;
}

export interface RunOptions {
  readonly full?: boolean;
  readonly acceptDeletions?: boolean;
  readonly crash?: CrashPoint;
  /** The connection is lost at this one of its steps, counted from 0. */
  readonly loseAt?: number;
}

/** Where a run keeps mail and state. */
export interface Place {
  readonly store: MailStore;
  readonly state: StateStore;
  readonly root: string;
}

export class World {
  readonly server: MemoryMailServer;
  readonly disk = new MemoryMailStore();
  readonly clock: ManualClock = createManualClock();
  readonly account: Account;
  readonly settings: Settings;
  state: StateStore;
  /** Of the server, as the configuration has it. */
  host = 'mail.example.org';
  /** Names of the steps of the last run. */
  steps: readonly string[] = [];

  constructor(type: 'imap' | 'pop3', options: WorldOptions = {}) {
    this.server = new MemoryMailServer(type, options.folders);
    this.state = createMemoryStateStore(options.random ?? (() => 0));
    const sync = { ...usualSync[type], ...options.sync };
    this.account = { ...account(type, options.leaveOnServer ?? true), sync };
    this.settings = settings(options.maxFailures ?? 0);
  }

  /** One `sync`, by a process that has only what the earlier ones left behind. */
  async sync({ crash = never, ...options }: RunOptions = {}): Promise<AccountReport> {
    const process = new CrashingProcess(crash);
    const place = { store: this.disk, state: this.state, root };
    const report = await this.syncAs(process, place, options);
    this.steps = process.steps;
    return report;
  }

  /** The same with another disk and another state, whose objects live as long as the process. */
  async syncAs(
    process: CrashingProcess,
    place: Place,
    { full = false, acceptDeletions = false, loseAt }: Omit<RunOptions, 'crash'> = {},
  ): Promise<AccountReport> {
    const { incoming } = this.account;
    const account: Account = {
      ...this.account,
      path: place.root,
      incoming: incoming && { ...incoming, host: this.host },
    };
    const neighbours = this.#neighbours(process, place, loseAt);
    return syncAccount(account, neighbours, { ...this.syncOptions, full, acceptDeletions });
  }

  get syncOptions(): SyncOptions {
    return {
      settings: this.settings,
      send: false,
      receive: true,
      full: false,
      acceptDeletions: false,
      waitMs: 0,
      progress: () => undefined,
      signal: new AbortController().signal,
    };
  }

  /** Those of a process that does not crash, with this state. */
  neighbours(state: StateStore): Neighbours {
    return this.#neighbours(new CrashingProcess(never), { store: this.disk, state, root });
  }

  /** Texts of the messages that a reader sees in the folder, sorted. */
  mail(path = 'INBOX'): string[] {
    return [...(this.disk.folder(root, path)?.values() ?? [])].map(String).sort();
  }

  /** What the state remembers, by id: POP3's statuses, `stored` for what is agreed, and trouble with its tries. */
  async known(path = 'INBOX'): Promise<Record<string, string>> {
    const isMaildrop = this.server.type === 'pop3';
    const known: Record<string, string> = {};
    const agreed = await this.state.agreed(accountId, path);
    for (const uid of agreed.uid) known[String(uid)] = 'stored';
    const mail = await this.state.knownMail(accountId);
    mail.id.forEach((id, at) => (known[id] = mailStatuses[mail.status[at] ?? 0] ?? '?'));
    for (const trouble of await this.state.troubles(accountId, isMaildrop ? null : path))
      known[trouble.id] = `${trouble.kind} ${String(trouble.tries)}`;
    return known;
  }

  async knownFolder(path = 'INBOX'): Promise<AgreedFolder | undefined> {
    return (await this.state.folders(accountId)).find((folder) => folder.path === path);
  }

  #neighbours(process: CrashingProcess, { store, state }: Place, loseAt?: number): Neighbours {
    let asked = 0;
    const step = (name: string): Promise<void> =>
      process.step(name, () => {
        asked += 1;
        if (asked - 1 === loseAt) throw new TemporaryError('the connection broke');
        return Promise.resolve();
      });
    return {
      ...unused,
      sources: { imap: this.server.mailbox(step), pop3: this.server.maildrop(step) },
      store: process.store(store),
      roots: { isOurs: refuse, isFresh: refuse, purge: refuse },
      state: process.state(state),
      lock: oneLock(),
      clock: this.clock,
      secrets: { ...unused.secrets, read: () => Promise.resolve('secret') },
    };
  }
}

function account(type: 'imap' | 'pop3', leaveOnServer: LeaveOnServer): Account {
  const endpoint = {
    host: 'mail.example.org',
    port: 993,
    security: 'tls',
    auth: 'auto',
    allowInsecure: false,
    tls: {},
  } as const;
  return {
    name: 'work',
    id: accountId,
    label: 'Work',
    tags: [],
    type,
    enabled: true,
    identity: { address: 'anna@example.org' },
    incoming: {
      ...endpoint,
      username: 'anna',
      password: { kind: 'stored' },
      intervalMs: null,
      idle: false,
      leaveOnServer,
      backgroundSync: true,
      createSystemFolders: false,
      maxConnections: 4,
    },
    receive: true,
    send: false,
    saveSent: 'auto',
    path: root,
    folders: {},
    sync: usualSync[type],
    signature: { onReply: false },
    rules: [],
  };
}

function settings(maxFailures: number): Settings {
  return {
    mailRoot: '/mail',
    layout: 'fs',
    maxFailures,
    suspendAfterMs: 0,
    maxLoginFailures: 0,
    sendImmediately: true,
    saveSent: true,
    trashRetentionMs: null,
    ispdb: null,
  };
}

/** Held for the life of one process. */
function oneLock(): Lock {
  const held = new Set<string>();
  return {
    acquire: async (name, { fenceAbove = 0 } = {}) => {
      const fence = fenceAbove + 1;
      await Promise.resolve();
      if (held.has(name)) throw new TemporaryError('it is locked', { code: 'locked' });
      held.add(name);
      return {
        fence,
        lost: new AbortController().signal,
        release: async () => {
          await Promise.resolve();
          held.delete(name);
        },
      };
    },
  };
}

const refuse = (): never => {
  throw new Error('receiving needs no such neighbour');
};

const unused: Pick<
  Neighbours,
  | 'outbox'
  | 'sender'
  | 'identify'
  | 'codec'
  | 'files'
  | 'certificates'
  | 'secrets'
  | 'chance'
  | 'randomBytes'
> = {
  outbox: {
    add: refuse,
    list: refuse,
    get: refuse,
    update: refuse,
    updateWithRoom: refuse,
    read: refuse,
    remove: refuse,
  },
  sender: { connect: refuse },
  identify: refuse,
  codec: { compose: refuse, submit: refuse },
  files: { octets: refuse, text: refuse },
  certificates: { read: refuse, speaksFor: refuse },
  secrets: {
    read: refuse,
    store: refuse,
    stage: refuse,
    holds: refuse,
    drop: refuse,
    forget: refuse,
    keyringState: refuse,
  },
  chance: () => 0.5,
  randomBytes: refuse,
};
