/** What the lines of an answer have told of messages: a server may spread a message over several of them. */

import type { MessageFacts } from '../../../core/sync/remote.ts';
import { noFlags, type FlagList } from './flag-list.ts';

/** Undefined: not told. An internal date of null: told, but nobody can read it. */
export interface PartialFacts {
  readonly flags?: FlagList | undefined;
  readonly internalDate?: number | null | undefined;
  readonly size?: number | undefined;
  readonly modSeq?: string | undefined;
}

/** What is told later counts. */
export function merged(before: PartialFacts | undefined, later: PartialFacts): PartialFacts {
  if (before === undefined) return later;
  return {
    flags: later.flags ?? before.flags,
    internalDate: later.internalDate === undefined ? before.internalDate : later.internalDate,
    size: later.size ?? before.size,
    modSeq: later.modSeq ?? before.modSeq,
  };
}

export function factsOf(uid: number, facts: PartialFacts): MessageFacts {
  const { flags, keywords } = facts.flags ?? noFlags;
  return {
    uid,
    flags,
    keywords,
    modSeq: facts.modSeq ?? null,
    internalDate: facts.internalDate ?? null,
    size: facts.size ?? null,
  };
}
