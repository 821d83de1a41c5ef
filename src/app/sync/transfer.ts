/** Carries messages from a session to the Maildir and into the state: many in flight, one durable point for a batch. */

import type { KnownFolder, KnownMessage, RemoteMessage } from '../../core/sync/message.ts';
import type { FetchOperation } from '../../core/sync/operation.ts';
import type { Watermark } from '../../core/sync/watermark.ts';
import { asPosthornError, TemporaryError, type PosthornError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Delivered, MailTree, Staged } from '../../ports/mail-store.ts';
import type { IncomingMessage, MailboxSession } from '../../ports/mailbox-source.ts';
import type { StateChange, StateStore } from '../../ports/state-store.ts';
import type { FolderReport } from './report.ts';

/** Messages written at once, and what fills a batch: its end costs a directory fsync and a commit. */
const inFlightLimit = 32;
const batchMessages = 64;
const batchOctets = 16 * 1024 * 1024;

export interface TransferTarget {
  readonly accountId: string;
  readonly tree: MailTree;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly folder: KnownFolder;
  /** IMAP: which UIDs are settled; null for POP3. */
  readonly watermark: Watermark | null;
  readonly report: FolderReport;
  /** Called where a fetch is left early: the session is then fit for close() alone. */
  readonly onBrokenOff: () => void;
  /** Called after each durable point. */
  readonly progress: (report: FolderReport) => void;
}

type StagedOutcome = {
  readonly kind: 'staged';
  readonly message: RemoteMessage;
  readonly staged: Staged;
};

/** unanswered: listed, but not given. Gone meanwhile or a server's fault: the next poll tells, when it is asked again. */
type Outcome =
  | StagedOutcome
  | { readonly kind: 'failed'; readonly message: RemoteMessage; readonly error: PosthornError }
  | { readonly kind: 'unanswered'; readonly message: RemoteMessage };

/** Fetches what the operations name. Resolves when all is durable or quarantined; whatever breaks off, what was whole is kept. */
export async function transfer(
  session: MailboxSession,
  operations: readonly FetchOperation[],
  target: TransferTarget,
): Promise<void> {
  if (operations.length === 0) return;
  await new Transfer(operations, target).run(session);
}

class Transfer {
  readonly #target: TransferTarget;
  readonly #operations: ReadonlyMap<string, FetchOperation>;
  readonly #unanswered: Map<string, RemoteMessage>;
  readonly #inFlight = new Set<Promise<void>>();
  #batch: Outcome[] = [];
  #batchOctets = 0;
  #flushing: Promise<void> = Promise.resolve();
  #broken: PosthornError | null = null;

  constructor(operations: readonly FetchOperation[], target: TransferTarget) {
    this.#target = target;
    this.#operations = new Map(operations.map((operation) => [operation.message.id, operation]));
    this.#unanswered = new Map(operations.map(({ message }) => [message.id, message]));
  }

  async run(session: MailboxSession): Promise<void> {
    await this.#receive(session).catch((error: unknown) => {
      this.#break(error);
    });
    await Promise.all(this.#inFlight);
    if (this.#broken === null) this.#noteUnanswered();
    await this.#flush();
    if (this.#broken !== null) throw this.#broken;
  }

  async #receive(session: MailboxSession): Promise<void> {
    const messages = [...this.#unanswered.values()];
    for await (const incoming of session.fetch(messages)) {
      this.#unanswered.delete(incoming.message.id);
      this.#start(incoming);
      if (this.#inFlight.size >= inFlightLimit) await Promise.race(this.#inFlight);
      if (this.#isFull()) await this.#startFlush();
      if (this.#broken === null) continue;
      this.#target.onBrokenOff();
      return;
    }
  }

  /** The body is read from now on, while the session goes on to the next message. */
  #start(incoming: IncomingMessage): void {
    const work = this.#stage(incoming).then(
      (outcome) => {
        this.#add(outcome);
      },
      (error: unknown) => {
        this.#break(error);
      },
    );
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  async #stage({ message, body }: IncomingMessage): Promise<Outcome> {
    const { tree, folder } = this.#target;
    const { flags, internalDate } = message;
    try {
      const key = this.#key(message);
      const staged = await tree.stage(folder.localPath, { key, flags, internalDate, body });
      return { kind: 'staged', message, staged };
    } catch (thrown) {
      const error = asPosthornError(thrown);
      // A file that could not even be made has left the body unread, and the session waiting for its reader.
      await body[Symbol.asyncIterator]().return?.();
      if (error.reach !== 'message') throw error;
      return { kind: 'failed', message, error };
    }
  }

  #key({ id, sharedUidl }: RemoteMessage): string {
    const { accountId, folder, watermark } = this.#target;
    const uidValidity = watermark === null ? '' : folder.uidValidity;
    return [accountId, folder.path, uidValidity, sharedUidl ?? id].join('\0');
  }

  #add(outcome: Outcome): void {
    this.#batch.push(outcome);
    if (outcome.kind === 'staged') this.#batchOctets += outcome.staged.size;
  }

  #break(error: unknown): void {
    this.#broken ??= asPosthornError(error);
  }

  #isFull(): boolean {
    return this.#batch.length >= batchMessages || this.#batchOctets >= batchOctets;
  }

  /** Waits for the batch before, not for this one: the next messages arrive meanwhile. */
  async #startFlush(): Promise<void> {
    await this.#flushing;
    const batch = this.#takeBatch();
    this.#flushing = this.#settle(batch).catch((error: unknown) => {
      this.#break(error);
    });
  }

  async #flush(): Promise<void> {
    await this.#startFlush();
    await this.#flushing;
  }

  #takeBatch(): Outcome[] {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchOctets = 0;
    return batch;
  }

  #noteUnanswered(): void {
    for (const message of this.#unanswered.values()) this.#add({ kind: 'unanswered', message });
  }

  /** The durable point: files and their directories first, the state after them. */
  async #settle(batch: readonly Outcome[]): Promise<void> {
    if (batch.length === 0) return;
    const staged = await this.#dropKnownContent(batch.filter((each) => each.kind === 'staged'));
    const delivered = await this.#publish(staged);
    const changes = batch.map((outcome) => this.#change(outcome, delivered));
    const uids = batch.map(({ message }) => Number(message.id));
    await this.#target.state.commit([...changes, ...this.#settled(uids)], 'durable');
    // Not before: after a commit that failed, the next one must not settle these UIDs.
    for (const uid of uids) this.#target.watermark?.finish(uid);
    for (const outcome of batch) this.#count(outcome, delivered);
    this.#target.progress(this.#target.report);
  }

  async #publish(staged: readonly Staged[]): Promise<Published> {
    const { tree, folder } = this.#target;
    try {
      const delivered = await tree.publish(folder.localPath, staged);
      return new Map(staged.map((each, at) => [each, delivered[at]]));
    } catch (error) {
      await Promise.all(staged.map((each) => tree.discard(each)));
      throw error;
    }
  }

  /** An id that was gone and came back with the content we have: the same message, whatever became of its file. */
  async #dropKnownContent(outcomes: readonly StagedOutcome[]): Promise<Staged[]> {
    const fresh: Staged[] = [];
    for (const outcome of outcomes) {
      if (this.#returned(outcome) === null) fresh.push(outcome.staged);
      else await this.#target.tree.discard(outcome.staged);
    }
    return fresh;
  }

  #returned({ message, staged }: StagedOutcome): KnownMessage | null {
    const known = this.#known(message);
    // Only what was stored once has a hash; it may have failed since it came back.
    return known !== null && known.wireSha256 === staged.wireSha256 ? known : null;
  }

  #known(message: RemoteMessage): KnownMessage | null {
    return this.#operations.get(message.id)?.known ?? null;
  }

  #change(outcome: Outcome, delivered: Published): StateChange {
    const { accountId, folder } = this.#target;
    const subject = { accountId, folder: folder.path };
    const { message } = outcome;
    const known = this.#known(message);
    if (outcome.kind === 'unanswered' && known !== null)
      return { kind: 'message-forgotten', ...subject, id: message.id };
    if (outcome.kind !== 'staged')
      return { kind: 'message', ...subject, message: quarantined(outcome, known) };
    return { kind: 'message', ...subject, message: this.#stored(outcome, delivered) };
  }

  #stored(outcome: StagedOutcome, delivered: Published): KnownMessage {
    const { message, staged } = outcome;
    const returned = this.#returned(outcome);
    return {
      id: message.id,
      status: 'stored',
      name: returned?.name ?? delivered.get(staged)?.name ?? null,
      wireSize: staged.wireSize,
      wireSha256: staged.wireSha256,
      flags: message.flags,
      internalDate: message.internalDate,
      storedAt: returned?.storedAt ?? this.#target.clock.now(),
      attempts: 0,
      error: null,
    };
  }

  #settled(uids: readonly number[]): StateChange[] {
    const { watermark, accountId, folder } = this.#target;
    if (watermark === null) return [];
    const settledUid = watermark.markAfter(uids);
    return [{ kind: 'folder', accountId, folder: { ...folder, settledUid } }];
  }

  #count(outcome: Outcome, delivered: Published): void {
    const { report } = this.#target;
    if (outcome.kind === 'failed')
      report.failed.push({ id: outcome.message.id, error: outcome.error });
    if (outcome.kind !== 'staged') return;
    const file = delivered.get(outcome.staged);
    if (file === undefined) return;
    report.fetched += 1;
    report.octets += outcome.staged.wireSize;
    if (file.outcome === 'adopted') report.adopted += 1;
    if (file.collided) report.collided.push(file.name);
  }
}

/** What became of each file, in publish's own order: messages that share a UIDL share a key. */
type Published = ReadonlyMap<Staged, Delivered | undefined>;

function quarantined(
  outcome: Exclude<Outcome, StagedOutcome>,
  known: KnownMessage | null,
): KnownMessage {
  const { id, size, flags, internalDate } = outcome.message;
  const error =
    outcome.kind === 'failed' ? outcome.error.message : 'the server listed it and did not give it';
  return {
    id,
    status: 'quarantined',
    name: known?.name ?? null,
    wireSize: size,
    wireSha256: known?.wireSha256 ?? null,
    flags,
    internalDate,
    storedAt: null,
    attempts: (known?.status === 'quarantined' ? known.attempts : 0) + attemptsOf(outcome),
    error,
  };
}

/** A server in trouble is not the message's fault: it is asked again at every poll. */
function attemptsOf(outcome: Exclude<Outcome, StagedOutcome>): number {
  return outcome.kind === 'failed' && outcome.error instanceof TemporaryError ? 0 : 1;
}
