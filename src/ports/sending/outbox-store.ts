/** The queue on disk: what stands here survives any kill, and is mail that exists nowhere else. */

import type { OutboxEntry } from '../../core/outbox/entry.ts';

export interface OutboxStore {
  /** Writes message and entry durably, in this order; once it resolves the message is safe. Bytes are CRLF octets. */
  add(entry: OutboxEntry, octets: Buffer): Promise<void>;
  /** Oldest first. What can't be read is named as an error in `broken`, never dropped. */
  list(): Promise<{
    entries: readonly OutboxEntry[];
    broken: readonly { id: string; why: string }[];
  }>;
  get(id: string): Promise<OutboxEntry | null>;
  /** Replaces the entry, atomically and durably. */
  update(entry: OutboxEntry): Promise<void>;
  /**
   * The same, and keeps `room` octets on the disk beside the entry, so that the next update, which may be larger by so much,
   * does not fail for want of space.
   */
  updateWithRoom(entry: OutboxEntry, room: number): Promise<void>;
  /** The message's octets (CRLF). */
  read(id: string): Promise<Buffer>;
  remove(id: string): Promise<void>;
}
