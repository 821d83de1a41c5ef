/** A daemon's surroundings in memory: servers that poll as the test says, an outbox, a clock under its hand, and counters. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Neighbours } from '../../src/app/neighbours.ts';
import type { Account } from '../../src/core/account/account.ts';
import { usualSync } from '../../src/core/account/policy/sync-settings.ts';
import type { OutboxEntry } from '../../src/core/outbox/entry.ts';
import type { Settings } from '../../src/core/account/settings.ts';
import type { SenderSession } from '../../src/ports/sending/mail-sender.ts';
import type { MailboxSession } from '../../src/ports/receiving/mailbox-source.ts';
import type { OutboxStore } from '../../src/ports/sending/outbox-store.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { createMemoryLock } from '../fakes/memory-lock.ts';
import { refusingMailbox } from '../fakes/refusing-sessions.ts';
import { MemoryMailStore } from '../fakes/memory-mail-store.ts';
import { createMemoryStateStore } from '../fakes/memory-state-store.ts';
import { unwatched } from '../fakes/memory-mailbox-watch.ts';

export const minute = 60_000;

export const settings: Settings = {
  mailRoot: '/mail',
  layout: 'fs',
  maxFailures: 3,
  suspendAfterMs: 0,
  maxLoginFailures: 3,
  sendImmediately: true,
  saveSent: false,
  trashRetentionMs: null,
  ispdb: null,
};

const server = {
  host: 'mail.example.org',
  port: 1,
  security: 'tls',
  auth: 'external',
  allowInsecure: false,
  tls: {},
} as const;

/** Its id is its name; `intervalMs` null: never by itself. */
export function account(
  name: string,
  intervalMs: number | null,
  more: Partial<Account> = {},
): Account {
  return {
    name,
    id: name,
    label: name,
    tags: [],
    type: 'imap',
    enabled: true,
    identity: { address: `${name}@example.org` },
    incoming: {
      ...server,
      username: name,
      intervalMs,
      idle: false,
      leaveOnServer: true,
      backgroundSync: true,
      createSystemFolders: false,
      maxConnections: 4,
    },
    outgoing: { ...server, username: name, credentials: 'own' },
    receive: true,
    send: true,
    saveSent: false,
    path: `/mail/${name}`,
    folders: {},
    sync: usualSync.imap,
    signature: { onReply: false },
    rules: [],
    ...more,
  };
}

export class DaemonWorld {
  readonly clock: ManualClock = createManualClock();
  readonly state: StateStore = createMemoryStateStore(() => 0);
  readonly entries = new Map<string, OutboxEntry>();
  /** Accounts in the order of their polls, and when each began: minutes since the start. */
  readonly polls: { readonly account: string; readonly at: number }[] = [];
  readonly sent: string[] = [];
  /** Calls of the state and of the outbox: what an idle daemon must not make. */
  calls = 0;
  keepsPolls = true;
  /** What a poll does once it is connected. */
  onPoll: (account: string, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  onSend: (account: string, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  /** Thrown by the next listing of the outbox. */
  outboxFault: Error | null = null;
  readonly #begin = this.clock.now();

  put(id: string, accountId: string, nextAttempt = this.clock.now()): void {
    const recipients = [{ address: 'x@example.org', status: 'open', reply: null }] as const;
    this.entries.set(id, {
      ...{ id, accountId, from: `${accountId}@example.org`, recipients, messageId: `<${id}@x>` },
      ...{ subject: id, size: 1, state: 'queued', createdAt: this.clock.now(), attempts: 0 },
      ...{ nextAttempt, lastError: null, saveSent: false, filing: null },
    });
  }

  pollsOf(name: string): number[] {
    return this.polls.filter((poll) => poll.account === name).map(({ at }) => at);
  }

  neighbours(): Neighbours {
    const source = {
      connect: async (polled: Account, _login: unknown, signal: AbortSignal) => {
        const at = (this.clock.now() - this.#begin) / minute;
        if (this.keepsPolls) this.polls.push({ account: polled.name, at });
        await this.onPoll(polled.name, signal);
        return emptyMailbox;
      },
      watch: unwatched,
    };
    return {
      sources: { imap: source, pop3: { connect: refuse } },
      store: new MemoryMailStore(),
      roots: { isOurs: refuse, isFresh: refuse, purge: refuse },
      state: this.#countedState(),
      lock: createMemoryLock(),
      secrets: {
        read: refuse,
        store: refuse,
        stage: refuse,
        holds: refuse,
        drop: refuse,
        forget: refuse,
        keyringState: refuse,
      },
      clock: this.clock,
      outbox: this.#outbox(),
      sender: { connect: (sending, _login, signal) => this.#sender(sending.name, signal) },
      identify: refuse,
      codec: { compose: refuse, submit: refuse },
      files: { octets: refuse, text: refuse },
      certificates: { read: refuse, speaksFor: refuse },
      chance: () => 0.5,
      randomBytes: (count) => new Uint8Array(count),
    };
  }

  #countedState(): StateStore {
    return {
      ...this.state,
      account: (id) => {
        this.calls += 1;
        return this.state.account(id);
      },
    };
  }

  #outbox(): OutboxStore {
    return {
      add: refuse,
      get: refuse,
      read: () => Promise.resolve(Buffer.from('x')),
      list: async () => {
        this.calls += 1;
        await turn();
        const fault = this.outboxFault;
        this.outboxFault = null;
        if (fault !== null) throw fault;
        return { entries: [...this.entries.values()], broken: [] };
      },
      update: async (entry) => {
        await turn();
        this.entries.set(entry.id, entry);
      },
      updateWithRoom: async (entry) => {
        await turn();
        this.entries.set(entry.id, entry);
      },
      remove: async (id) => {
        await turn();
        this.entries.delete(id);
      },
    };
  }

  async #sender(name: string, signal: AbortSignal): Promise<SenderSession> {
    await this.onSend(name, signal);
    return {
      facts,
      broken: null,
      send: async ({ recipients }) => {
        await turn();
        this.sent.push(name);
        const verdicts = recipients.map((address) => ({ address, kind: 'accepted' as const }));
        return { kind: 'answered', verdicts, reply: '250 ok' };
      },
      tryOut: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }
}

const facts = { host: 'x', port: 1, tls: null, mechanism: 'EXTERNAL', capabilities: [] };

const emptyMailbox: MailboxSession = {
  ...refusingMailbox,
  folders: () => Promise.resolve({ folders: [], warnings: [] }),
};

function refuse(): never {
  throw new Error('a daemon in these tests needs no such neighbour');
}

/** As a server that never answers, behind an adapter that minds its signal. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** As an adapter that is broken: not even its signal ends it. */
export function hangForGood(): Promise<never> {
  return new Promise(() => undefined);
}

/** Turns of the event loop until it holds; nothing here needs more than a few hundred. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2000; turns += 1) {
    if (holds()) return;
    await turn();
  }
  throw new Error(`it never came true: ${holds.toString()}`);
}

/** Lets everything that needs no time come to rest. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await turn();
}
