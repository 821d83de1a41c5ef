/** What a fetch asks for, and which messages have come of it. */

import type { MessageFacts } from '../../../core/sync/remote.ts';
import { UidSet } from '../../../core/sync/uid-set.ts';
import type { Fetched } from '../../../ports/receiving/mailbox-source.ts';
import type { Refusal } from '../answers/refusal.ts';
import type { BulkItem, BulkOptions, TaggedAnswer } from '../bulk/bulk-item.ts';
import type { FactsRequest } from '../folder/facts.ts';

export interface FetchRequest extends FactsRequest {
  readonly path: string;
  /** The bulk reader on this connection. */
  readonly bulk: (uids: UidSet, options: BulkOptions) => AsyncIterable<readonly BulkItem[]>;
  /** Waits between two questions to a server that refuses. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * A message of no octets is mostly one that somebody else has expunged while this session was not told of it yet: Dovecot
 * makes one up then (RFC 5530, section 3, EXPUNGEISSUED).
 */
export function isEmpty(item: BulkItem): boolean {
  if (item.kind !== 'message' || item.body.kind !== 'whole') return false;
  return item.body.octets.every(({ length }) => length === 0);
}

export function uidsOf(item: BulkItem): number[] {
  return item.kind === 'message' ? [item.facts.uid] : [];
}

export function asRefusal({ status, code, text }: TaggedAnswer): Refusal {
  return { status: status === 'BAD' ? 'BAD' : 'NO', code, text };
}

/** Which messages came: each is handed on once. */
export class Arrivals {
  readonly #came = new Set<number>();
  #recent = UidSet.empty;
  #recentCame: number[] = [];
  #smallest: MessageFacts | undefined;

  /** The smallest of those that came: what the server is asked for to see whether it gives anything at all. */
  get smallest(): MessageFacts | undefined {
    return this.#smallest;
  }

  take(item: BulkItem): Fetched[] {
    if (item.kind !== 'message' || this.#came.has(item.facts.uid)) return [];
    this.#came.add(item.facts.uid);
    this.#recentCame.push(item.facts.uid);
    if ((item.facts.size ?? Infinity) <= (this.#smallest?.size ?? Infinity))
      this.#smallest = item.facts;
    return [item];
  }

  settle(uids: UidSet): void {
    this.#recent = this.#recent.union(uids);
  }

  /** Those that nothing more is to be done for, since the last call. */
  takeSettled(): UidSet {
    const settled = this.#recent.union(UidSet.of(this.#recentCame));
    this.#recent = UidSet.empty;
    this.#recentCame = [];
    return settled;
  }
}
