/** Fetches what the account wants: old messages are left out, large ones come as placeholders. */

import { placeholder } from '../../../../core/sync/placeholder.ts';
import type { MessageFacts } from '../../../../core/sync/remote.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import type { Fetched, OpenFolder } from '../../../../ports/receiving/mailbox-source.ts';

export interface Limits {
  /** Octets; null: none. */
  readonly maxSize: number | null;
  /** Milliseconds since the epoch: what the server received before stays there alone; null: everything comes. */
  readonly notBefore: number | null;
}

export type Taken =
  | Fetched
  /** A stand-in for it. */
  | { readonly kind: 'placeholder'; readonly facts: MessageFacts; readonly octets: Buffer }
  /** Too old. */
  | { readonly kind: 'left-out'; readonly uid: number };

export async function* fetchWithin(
  open: OpenFolder,
  uids: UidSet,
  limits: Limits,
): AsyncGenerator<readonly Taken[]> {
  if (limits.maxSize === null && limits.notBefore === null) {
    yield* open.fetch(uids);
    return;
  }
  const left: number[] = [];
  const large: MessageFacts[] = [];
  for await (const page of open.facts(uids))
    for (const facts of page) {
      if (isOld(facts, limits)) left.push(facts.uid);
      else if (isLarge(facts, limits)) large.push(facts);
    }
  yield left.map((uid) => ({ kind: 'left-out', uid }));
  const others = UidSet.of([...left, ...large.map(({ uid }) => uid)]);
  yield* open.fetch(uids.without(others));
  for (const facts of large) yield [await standIn(open, facts)];
}

function isOld({ internalDate }: MessageFacts, { notBefore }: Limits): boolean {
  return notBefore !== null && internalDate !== null && internalDate < notBefore;
}

function isLarge({ size }: MessageFacts, { maxSize }: Limits): boolean {
  return maxSize !== null && size !== null && size > maxSize;
}

async function standIn(open: OpenFolder, facts: MessageFacts): Promise<Taken> {
  const header = await open.header(facts.uid);
  if (header === null) return { kind: 'vanished', uid: facts.uid };
  const text = placeholder(header.toString('latin1'), facts.size ?? 0);
  return { kind: 'placeholder', facts, octets: Buffer.from(text, 'latin1') };
}
