/** What changed in a folder of the server since it was agreed, and what of it is proven (design rule 13). */

import type { AgreedFolder, Trouble } from '../../../../core/sync/agreed.ts';
import { flagBits } from '../../../../core/sync/flags.ts';
import type { KnownMessages } from '../../../../core/sync/known-messages.ts';
import type { Keeping, NewThere, RemoteNews } from '../../../../core/sync/plan/views.ts';
import type { FolderStatus, MessageFacts } from '../../../../core/sync/remote.ts';
import { highestUid, UidSet } from '../../../../core/sync/uid-set.ts';
import { refusedUid } from '../doing/deliver-messages.ts';
import type { OpenFolder, PermanentFlags } from '../../../../ports/receiving/mailbox-source.ts';

/** Whether the server may have changed or lost known messages. Without HIGHESTMODSEQ nobody knows. */
export function mayHaveChanged(
  { exists, highestModSeq }: AgreedFolder,
  status: FolderStatus,
): boolean {
  const isCounted = highestModSeq !== null && status.highestModSeq === highestModSeq;
  return !isCounted || status.exists === null || status.exists !== exists;
}

export interface Known {
  readonly agreed: AgreedFolder;
  readonly messages: KnownMessages;
  readonly troubles: readonly Trouble[];
}

export async function changesThere(
  open: OpenFolder,
  { agreed, messages, troubles }: Known,
): Promise<RemoteNews> {
  const since = agreed.highestModSeq;
  const changes = since === null ? null : await open.changesSince(since);
  const told = changes?.changed ?? (await everyChange(open, messages));
  const changed = new Map(
    told.filter(({ uid }) => messages.atUid(uid) !== undefined).map((facts) => [facts.uid, facts]),
  );
  const found = await vanished(open, { agreed, messages, troubles }, changes?.vanished ?? null);
  const { gone = UidSet.empty, strays = UidSet.empty } = found ?? {};
  return { changed, vanished: gone, strays, arrivals: null, isComplete: found !== null };
}

/** Without CONDSTORE the flags of all are asked for; those that are as agreed are not kept. */
async function everyChange(open: OpenFolder, messages: KnownMessages): Promise<MessageFacts[]> {
  const changed: MessageFacts[] = [];
  for await (const page of open.facts(messages.uidsThere()))
    for (const facts of page) {
      const at = messages.atUid(facts.uid);
      if (at === undefined) continue;
      const isSame =
        flagBits(facts.flags) === messages.flags(at) &&
        facts.keywords.join(' ') === messages.keywords(at).join(' ');
      if (!isSame) changed.push(facts);
    }
  return changed;
}

/** Null where it can't be told: the listing is not complete. */
async function vanished(
  open: OpenFolder,
  { agreed, messages, troubles }: Known,
  told: UidSet | null,
): Promise<{ readonly gone: UidSet; readonly strays: UidSet } | null> {
  const there = messages.uidsThere();
  const gone = told === null ? UidSet.empty : intersection(there, told);
  const refused = UidSet.of(troubles.flatMap(refusedUid));
  const expected = there.size - gone.size + refused.size + (await freshCount(open, agreed));
  if (expected === open.status.exists) return { gone, strays: UidSet.empty };
  const { uids, complete } = await open.uids(1);
  if (!complete) return null;
  const strays = uids.within(1, agreed.settledUid).without(there).without(refused);
  return { gone: there.without(uids), strays };
}

function intersection(one: UidSet, other: UidSet): UidSet {
  return one.without(one.without(other));
}

async function freshCount(open: OpenFolder, { settledUid }: AgreedFolder): Promise<number> {
  const { uidNext } = open.status;
  if (uidNext !== null && uidNext - 1 <= settledUid) return 0;
  const { uids } = await open.uids(settledUid + 1);
  return uids.within(settledUid + 1, (uidNext ?? highestUid + 1) - 1).size;
}

/** What is new there, and what it is: some hundred octets a message. */
export async function arrivalsThere(open: OpenFolder, from: number): Promise<NewThere[]> {
  const { uidNext } = open.status;
  if (uidNext !== null && uidNext <= from) return [];
  const { uids } = await open.uids(from);
  const arrivals: NewThere[] = [];
  for await (const page of open.identify(uids.within(from, (uidNext ?? highestUid + 1) - 1)))
    arrivals.push(...page);
  return arrivals;
}

export function keepingOf({ flags, keywords }: PermanentFlags): Keeping {
  return {
    flags: flagBits(flags),
    keywords: keywords === 'any' ? 'any' : new Set(keywords.map((each) => each.toLowerCase())),
  };
}
