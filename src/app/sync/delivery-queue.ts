/** Carries messages to the Maildir: the next batch is written while the last one is made durable (docs/decisions/batching.md). */

import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { Delivered, Delivery, MailTree, Staged } from '../../ports/receiving/mail-store.ts';

/**
 * What fills a batch: its end costs a syncfs, a directory fsync and a commit. The first ones are smaller, each twice the one before:
 * a reader sees the first messages soon, and a kill early on costs little.
 */
const firstMessages = 128;
const mostMessages = 1_000;
const batchOctets = 16 * 1024 * 1024;

export interface Arriving<M> {
  readonly message: M;
  readonly delivery: Delivery;
}

/** Durable now, or known to be here by its content. */
export interface Arrived<M> {
  readonly message: M;
  readonly staged: Staged;
  readonly name: string;
  readonly outcome: Delivered['outcome'] | 'known';
  readonly collided: boolean;
}

/** One durable batch. `others`: what was added beside messages meanwhile. */
export interface Batch<M, X> {
  readonly arrived: readonly Arrived<M>[];
  readonly failed: readonly { readonly message: M; readonly error: PosthornError }[];
  readonly others: readonly X[];
}

export interface QueueOptions<M, X> {
  readonly tree: MailTree;
  readonly localPath: string;
  /** Name of the file that this content is known to have had already, whatever became of it; null: it is new. */
  readonly knownName: (message: M, staged: Staged) => string | null;
  /** Remembers a batch, whose files are durable; one after the other, and none after one that failed. */
  readonly remember: (batch: Batch<M, X>) => Promise<void>;
}

type Waiting<M> = { readonly message: M; readonly staged: Staged };

export class DeliveryQueue<M, X> {
  readonly #options: QueueOptions<M, X>;
  #staged: Waiting<M>[] = [];
  #failed: { message: M; error: PosthornError }[] = [];
  #others: X[] = [];
  #octets = 0;
  #fullAt = firstMessages;
  #flushing: Promise<void> = Promise.resolve();
  #broken: PosthornError | null = null;

  constructor(options: QueueOptions<M, X>) {
    this.#options = options;
  }

  /** Resolves once all are written, though not durable. Throws what went wrong with them, or with a batch before. */
  async add(messages: readonly Arriving<M>[], others: readonly X[] = []): Promise<void> {
    this.#throwIfBroken();
    this.#others.push(...others);
    for (const part of inParts(messages)) {
      await this.#stage(part);
      if (this.#isFull()) await this.#startFlush();
    }
    this.#throwIfBroken();
  }

  /** Makes all durable that was added; throws what went wrong, now or before. */
  async finish(): Promise<void> {
    await this.#startFlush();
    await this.#flushing;
    this.#throwIfBroken();
  }

  async #stage(messages: readonly Arriving<M>[]): Promise<void> {
    const { tree, localPath } = this.#options;
    const deliveries = messages.map(({ delivery }) => delivery);
    const stagings = await tree.stage(localPath, deliveries);
    messages.forEach(({ message }, at) => {
      const staging = stagings[at];
      if (staging?.kind === 'failed') this.#failed.push({ message, error: staging.error });
      if (staging?.kind !== 'staged') return;
      this.#staged.push({ message, staged: staging.staged });
      this.#octets += staging.staged.size;
    });
  }

  #isFull(): boolean {
    const count = this.#staged.length + this.#failed.length + this.#others.length;
    return count >= this.#fullAt || this.#octets >= batchOctets;
  }

  /** Waits for the batch before, not for this one: the next messages arrive meanwhile. */
  async #startFlush(): Promise<void> {
    await this.#flushing;
    const [staged, failed, others] = [this.#staged, this.#failed, this.#others];
    [this.#staged, this.#failed, this.#others, this.#octets] = [[], [], [], 0];
    this.#fullAt = Math.min(2 * this.#fullAt, mostMessages);
    if (this.#broken !== null) return this.#discard(staged);
    this.#flushing = this.#flush(staged, failed, others).catch((thrown: unknown) => {
      this.#broken ??= asPosthornError(thrown);
    });
  }

  async #flush(
    staged: readonly Waiting<M>[],
    failed: Batch<M, X>['failed'],
    others: readonly X[],
  ): Promise<void> {
    if (staged.length + failed.length + others.length === 0) return;
    const known = await this.#dropKnown(staged);
    const fresh = staged.filter((each) => !known.has(each));
    const delivered = await this.#publish(fresh);
    const arrived = staged.map((each): Arrived<M> => {
      const file = delivered.get(each);
      const name = file?.name ?? known.get(each) ?? '';
      const outcome = file?.outcome ?? 'known';
      const { message, staged: written } = each;
      return { message, staged: written, name, outcome, collided: file?.collided ?? false };
    });
    await this.#options.remember({ arrived, failed, others });
  }

  /** The same message, whatever became of its file. */
  async #dropKnown(staged: readonly Waiting<M>[]): Promise<Map<Waiting<M>, string>> {
    const { tree, knownName } = this.#options;
    const known = new Map<Waiting<M>, string>();
    for (const each of staged) {
      const name = knownName(each.message, each.staged);
      if (name === null) continue;
      known.set(each, name);
      await tree.discard(each.staged);
    }
    return known;
  }

  async #publish(waiting: readonly Waiting<M>[]): Promise<Map<Waiting<M>, Delivered>> {
    if (waiting.length === 0) return new Map();
    const { tree, localPath } = this.#options;
    const staged = waiting.map((each) => each.staged);
    try {
      const delivered = await tree.publish(localPath, staged);
      return new Map(waiting.flatMap((each, at) => pair(each, delivered[at])));
    } catch (error) {
      await this.#discard(waiting);
      throw error;
    }
  }

  async #discard(waiting: readonly Waiting<M>[]): Promise<void> {
    await Promise.all(waiting.map(({ staged }) => this.#options.tree.discard(staged)));
  }

  #throwIfBroken(): void {
    if (this.#broken !== null) throw this.#broken;
  }
}

function pair<A, B>(one: A, other: B | undefined): [A, B][] {
  return other === undefined ? [] : [[one, other]];
}

/**
 * As many as fill the smallest batch, since sessions hand out more at once. A stream is read by itself, so that what came before
 * it is not held up in memory.
 */
function* inParts<M>(messages: readonly Arriving<M>[]): Generator<readonly Arriving<M>[]> {
  let whole: Arriving<M>[] = [];
  for (const each of messages) {
    const isWhole = each.delivery.body.kind === 'whole';
    if (isWhole) whole.push(each);
    if (whole.length > 0 && (!isWhole || whole.length === firstMessages)) {
      yield whole;
      whole = [];
    }
    if (!isWhole) yield [each];
  }
  if (whole.length > 0) yield whole;
}
