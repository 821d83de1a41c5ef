/** Items that wait for whoever takes them. */

import type { BulkItem } from './bulk-item.ts';

interface Batch {
  readonly items: BulkItem[];
  /** How far had been read when its last item was there. */
  position: number;
  /** A stream is the last of its batch: what comes behind it waits until it has been read. */
  closed: boolean;
}

export class ReadyItems {
  readonly #batches: Batch[] = [];

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  add(item: BulkItem, position: number): void {
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.closed) {
      batch = { items: [], position, closed: false };
      this.#batches.push(batch);
    }
    batch.items.push(item);
    batch.position = position;
    batch.closed = item.kind === 'message' && item.body.kind === 'stream';
  }

  take(): Readonly<Batch> | undefined {
    return this.#batches.shift();
  }
}
