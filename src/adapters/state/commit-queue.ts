/** Groups commits: what arrives while one transaction runs goes together into the next, for one fsync. */

import type { Durability, StateChange } from '../../ports/state-store.ts';
import { errorOf, type Fault } from '../../disk/sqlite-fault.ts';

type Batch = readonly StateChange[];

/** One verdict a batch: why it was left out, or null. Rejects where nothing was written at all. */
export type WriteBatches = (
  batches: readonly Batch[],
  durability: Durability,
) => Promise<readonly (Fault | null)[]>;

interface Queued {
  readonly batch: Batch;
  readonly durability: Durability;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class CommitQueue {
  readonly #write: WriteBatches;
  #queued: Queued[] = [];
  #running: Promise<void> | null = null;

  constructor(write: WriteBatches) {
    this.#write = write;
  }

  /** Resolves once the batch is written as durably as asked; batches take effect in the order of the calls. */
  add(batch: Batch, durability: Durability): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queued.push({ batch, durability, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once all that was added so far has its verdict. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is added in the same turn still joins the first transaction.
    await Promise.resolve();
    while (this.#queued.length > 0) {
      const group = this.#queued;
      this.#queued = [];
      await this.#commit(group);
    }
    this.#running = null;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    const durable = group.some(({ durability }) => durability === 'durable');
    const batches = group.map(({ batch }) => batch);
    try {
      const verdicts = await this.#write(batches, durable ? 'durable' : 'relaxed');
      group.forEach(({ resolve, reject }, index) => {
        const fault = verdicts[index] ?? null;
        if (fault === null) resolve();
        else reject(errorOf(fault));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
