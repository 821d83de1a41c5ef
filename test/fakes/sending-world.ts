/** An outbox, an SMTP and an IMAP server in memory, with a process that can be killed at any step between them. */

import type { Account } from '../../src/core/account/account.ts';
import { usualSync } from '../../src/core/account/policy/sync-settings.ts';
import type { RemoteFolder } from '../../src/core/sync/remote.ts';
import type { OutboxEntry } from '../../src/core/outbox/entry.ts';
import type { Settings } from '../../src/core/account/settings.ts';
import type { BoundAccount } from '../../src/app/accounts/bind-account.ts';
import { freshState } from '../../src/app/accounts/bind-account.ts';
import { flushOutbox } from '../../src/app/outbox/flush-outbox.ts';
import type { Neighbours } from '../../src/app/neighbours.ts';
import type { SendReport } from '../../src/app/sync/report.ts';
import { InternalError, type PosthornError } from '../../src/errors.ts';
import type {
  OutgoingMessage,
  SenderSession,
  SendOutcome,
} from '../../src/ports/sending/mail-sender.ts';
import type { Login } from '../../src/ports/connection.ts';
import type { MailboxSession } from '../../src/ports/receiving/mailbox-source.ts';
import type { OutboxStore } from '../../src/ports/sending/outbox-store.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { freeLock } from './memory-lock.ts';
import { refusingMailbox } from './refusing-sessions.ts';
import { MemoryMailStore } from './memory-mail-store.ts';
import { createMemoryStateStore } from './memory-state-store.ts';
import { unwatched } from './memory-mailbox-watch.ts';

export interface Delivery {
  readonly recipients: readonly string[];
  readonly octets: Buffer;
}

const server = { host: 'x.example', port: 1, security: 'tls', auth: 'auto' } as const;
const secret = { username: 'mara', password: { kind: 'stored' } } as const;

export const account: Account = {
  name: 'mara',
  id: 'abc123',
  label: 'Mara',
  tags: [],
  type: 'imap',
  enabled: true,
  identity: { address: 'mara@brunnen.example' },
  incoming: {
    ...{ ...server, ...secret, allowInsecure: false, tls: {} },
    ...{
      intervalMs: 1000,
      idle: false,
      leaveOnServer: true,
      backgroundSync: true,
      createSystemFolders: false,
      maxConnections: 4,
    },
  },
  outgoing: { ...server, ...secret, allowInsecure: false, tls: {}, credentials: 'same' },
  receive: true,
  send: true,
  saveSent: 'auto',
  path: '/mail/mara',
  folders: {},
  sync: usualSync.imap,
  signature: { onReply: false },
  rules: [],
};

const settings: Settings = {
  ...{ mailRoot: '/mail', layout: 'fs', maxFailures: 10, suspendAfterMs: 0, maxLoginFailures: 3 },
  ...{ sendImmediately: true, saveSent: true, trashRetentionMs: null, ispdb: null },
};

const sentFolder: RemoteFolder = {
  path: 'Sent',
  segments: ['Sent'],
  role: 'sent',
  attributes: [],
  selectable: true,
  subscribed: null,
  status: null,
};

export class SendingWorld {
  readonly clock: ManualClock = createManualClock();
  readonly entries = new Map<string, OutboxEntry>();
  readonly messages = new Map<string, Buffer>();
  /** What the SMTP server took. */
  readonly deliveries: Delivery[] = [];
  /** Message-IDs in the server's sent folder; the UID is the place, from 1. */
  readonly sent: string[] = [];
  readonly store = new MemoryMailStore();
  readonly state = createMemoryStateStore();
  folders: RemoteFolder[] = [sentFolder];
  account: Account = account;
  /** What the SMTP server says; it takes the message where this is left out or says `answered`. */
  onSend: (message: OutgoingMessage) => SendOutcome | null = () => null;
  onConnect: () => void = () => undefined;
  /** Throws where the outbox's disk takes an entry no more. */
  onWrite: (entry: OutboxEntry) => void = () => undefined;
  /** The same, where an entry is to be removed. */
  onRemove: () => void = () => undefined;
  /** The server is asked for its folders, once for each connection that files. */
  onList: () => void = () => undefined;
  /** What the session says of itself. */
  broken: PosthornError | null = null;
  onAppend: () => void = () => undefined;
  /** Steps that are left to live; null: for ever. */
  lives: number | null = null;
  /** The server has it and the outbox does not know yet. */
  unknown = false;
  /** It was killed in such a moment. */
  killedUnknown = false;

  put(entry: Partial<OutboxEntry> & { id: string }): OutboxEntry {
    const whole: OutboxEntry = {
      accountId: 'abc123',
      from: 'mara@brunnen.example',
      recipients: [{ address: `${entry.id}@x.example`, status: 'open', reply: null }],
      messageId: `<${entry.id}@brunnen.example>`,
      subject: entry.id,
      size: entry.id.length,
      state: 'queued',
      createdAt: this.clock.now(),
      attempts: 0,
      nextAttempt: this.clock.now(),
      lastError: null,
      saveSent: true,
      filing: null,
      ...entry,
    };
    this.entries.set(whole.id, whole);
    this.messages.set(whole.id, Buffer.from(whole.id));
    return whole;
  }

  async flush(signal = new AbortController().signal): Promise<SendReport> {
    const report: SendReport = { messages: [] };
    const state = (await this.state.account('abc123')) ?? freshState('abc123', 'mara');
    await this.state.commit([{ kind: 'account', account: state }], 'durable');
    const bound: BoundAccount = { account: this.account, id: 'abc123', state };
    await flushOutbox(bound, this.neighbours(), { settings, waitMs: 0, signal }, report);
    return report;
  }

  /** As a daemon would: flushes until nothing is left that is due by and by. */
  async flushAll(times = 20): Promise<void> {
    for (let at = 0; at < times && this.entries.size > 0; at += 1) {
      await this.flush().catch(() => undefined);
      await this.clock.advance(5 * 3_600_000);
    }
  }

  /** Once dead, nothing more has any effect: the process is gone. */
  step(): void {
    if (this.lives === null) return;
    if (this.lives > 0) {
      this.lives -= 1;
      return;
    }
    if (this.unknown) this.killedUnknown = true;
    throw new InternalError('killed');
  }

  /** A step before the effect and one after it. */
  async #do<T>(effect: () => T): Promise<T> {
    await Promise.resolve();
    this.step();
    const result = effect();
    this.step();
    return result;
  }

  neighbours(): Neighbours {
    const nothing = () => Promise.resolve();
    return {
      sources: {
        imap: { connect: () => this.#do(() => this.#filing()), watch: unwatched },
        pop3: { connect: () => Promise.reject(new Error('not here')) },
      },
      store: this.store,
      roots: { isOurs: unused, isFresh: unused, purge: unused },
      state: this.state,
      lock: freeLock,
      secrets: {
        read: () => Promise.resolve('geheim'),
        store: nothing,
        stage: unused,
        holds: unused,
        drop: nothing,
        forget: nothing,
        keyringState: unused,
      },
      clock: this.clock,
      outbox: this.#outbox(),
      sender: { connect: (_account, login) => this.#do(() => this.#sending(login)) },
      identify: () => Promise.resolve(null),
      codec: { compose: unused, submit: unused },
      files: { octets: unused, text: unused },
      certificates: { read: unused, speaksFor: unused },
      chance: () => 0.5,
      randomBytes: (count) => new Uint8Array(count),
    };
  }

  #outbox(): OutboxStore {
    return {
      add: () => Promise.reject(new Error('not here')),
      list: () => this.#do(() => ({ entries: [...this.entries.values()], broken: [] })),
      get: (id) => this.#do(() => this.entries.get(id) ?? null),
      update: (entry) => this.#write(entry),
      updateWithRoom: (entry) => this.#write(entry),
      read: (id) =>
        this.#do(() => {
          const octets = this.messages.get(id);
          if (octets === undefined) throw new InternalError(`${id} has no message`);
          return octets;
        }),
      remove: (id) =>
        this.#do(() => {
          this.onRemove();
          this.entries.delete(id);
        }),
    };
  }

  #write(entry: OutboxEntry): Promise<void> {
    return this.#do(() => {
      this.onWrite(entry);
      if (entry.state !== 'sending') this.unknown = false;
      this.entries.set(entry.id, entry);
    });
  }

  #sending(login: Login | null): SenderSession {
    this.broken = null;
    this.onConnect();
    const facts = {
      ...{ host: 'x.example', port: 1, tls: null, capabilities: [] },
      mechanism: login === null ? 'none' : 'PLAIN',
    };
    const broken = (): PosthornError | null => this.broken;
    return {
      facts,
      get broken() {
        return broken();
      },
      send: (message) =>
        this.#do(() => {
          const said = this.onSend(message);
          if (said !== null && said.kind === 'answered') return said;
          if (said === null) {
            this.unknown = true;
            this.deliveries.push(message);
          }
          return said ?? accepted(message);
        }),
      tryOut: () => this.#do(() => undefined),
      close: () => Promise.resolve(),
    };
  }

  #filing(): MailboxSession {
    return {
      ...refusingMailbox,
      folders: () =>
        this.#do(() => {
          this.onList();
          return { folders: this.folders, warnings: [] };
        }),
      uidNext: () => this.#do(() => this.sent.length + 1),
      findByMessageId: (_path, messageId, fromUid) =>
        this.#do(() =>
          this.sent.flatMap((id, at) => (id === messageId && at + 1 >= fromUid ? [at + 1] : [])),
        ),
      append: (_path, octets) =>
        this.#do(() => {
          this.onAppend();
          return this.sent.push(`<${octets.toString()}@brunnen.example>`);
        }),
    };
  }
}

function accepted(message: OutgoingMessage): SendOutcome {
  const verdicts = message.recipients.map((address) => ({ address, kind: 'accepted' as const }));
  return { kind: 'answered', verdicts, reply: '250 ok' };
}

function unused(): never {
  throw new Error('not here');
}
