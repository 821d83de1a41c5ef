/** What follows for the state from what became of an operation: a failed one leaves what was agreed as it was. */

import type { AgreedChange, AgreedFolder, AgreedMessage, Trouble } from './agreed.ts';
import { flagBits } from './flags.ts';
import type { Operation } from './plan/operation.ts';
import type { MessageFacts } from './remote.ts';

/** A message that is durable in the Maildir by now. */
export interface ArrivedMessage {
  readonly facts: MessageFacts;
  readonly name: string;
  readonly wireSize: number;
  readonly wireSha256: string;
  readonly messageIdHash: string | null;
  readonly storedAt: number;
  readonly status: 'both' | 'placeholder';
}

/** What became of some of the messages of a fetch. */
export interface FetchedPart {
  readonly arrived: readonly ArrivedMessage[];
  readonly refused: readonly { readonly uid: number; readonly reason: string }[];
  readonly vanished: readonly number[];
  /** The account does not want them: they stay on the server alone. */
  readonly leftOut: readonly number[];
}

/** A durable part of a range; `settledUid` is the watermark with it. */
export function foldPart(path: string, part: FetchedPart, settledUid: number): AgreedChange[] {
  return [
    ...messageChanges(path, part, new Map()),
    { kind: 'folder-advanced', path, settledUid, status: null },
  ];
}

/** One message that was in trouble. */
export function foldRetry(
  { path, uid, trouble }: Extract<Operation, { kind: 'fetch' }>,
  part: FetchedPart,
): AgreedChange[] {
  const isGone = part.vanished.includes(uid) || part.leftOut.includes(uid);
  const over = isGone || part.arrived.length > 0;
  const before = trouble === null ? [] : [[uid, trouble] as const];
  return [
    ...(over && trouble !== null ? [{ kind: 'trouble-over', path, id: trouble.id } as const] : []),
    ...messageChanges(path, part, new Map(before)),
  ];
}

/** What the server said when the range was begun: everything below is settled by now. */
export interface RangeEnd {
  readonly uidNext: number | null;
  readonly exists: number | null;
  readonly highestModSeq: string | null;
  /** The greatest UID that was listed; 0 where none was. */
  readonly lastListed: number;
}

/**
 * The whole range. Without UIDNEXT the greatest UID of all settles nothing: no UID could ever come after it. Changes of flags
 * count from the first time on (`isBegun`: no message of it was known), since later ranges see new messages alone.
 */
export function foldRange(agreed: AgreedFolder, end: RangeEnd, isBegun: boolean): AgreedChange[] {
  const { uidNext, exists, lastListed } = end;
  const listed = lastListed < 4_294_967_295 ? lastListed : agreed.settledUid;
  const settledUid = Math.max(agreed.settledUid, uidNext === null ? listed : uidNext - 1);
  const highestModSeq = isBegun ? end.highestModSeq : agreed.highestModSeq;
  const status = { uidNext, exists, highestModSeq };
  const isKnown =
    settledUid === agreed.settledUid && uidNext === agreed.uidNext && exists === agreed.exists;
  return isKnown ? [] : [{ kind: 'folder-advanced', path: agreed.path, settledUid, status }];
}

function messageChanges(
  path: string,
  { arrived, refused }: FetchedPart,
  before: ReadonlyMap<number, Trouble>,
): AgreedChange[] {
  const changes: AgreedChange[] = [];
  if (arrived.length > 0)
    changes.push({ kind: 'messages-agreed', path, messages: arrived.map(agreedMessage) });
  for (const { facts, wireSize } of arrived.filter(isShort))
    changes.push({ kind: 'trouble', path, trouble: short(facts, wireSize) });
  for (const { uid, reason } of refused) {
    const tries = (before.get(uid)?.tries ?? 0) + 1;
    const trouble: Trouble = { id: String(uid), kind: 'refused', tries, reason };
    changes.push({ kind: 'trouble', path, trouble });
  }
  return changes;
}

function agreedMessage(arrived: ArrivedMessage): AgreedMessage {
  const { uid, flags, keywords, modSeq, internalDate } = arrived.facts;
  const { name, wireSize, wireSha256, messageIdHash, storedAt, status } = arrived;
  return {
    uid,
    name,
    flags: flagBits(flags),
    keywords,
    modSeq,
    wireSize,
    wireSha256,
    messageIdHash,
    internalDate,
    storedAt,
    status,
  };
}

/** Octets by which a server may be wrong without a word: many count line ends or their own header fields otherwise. */
const carelessness = 512;

/** Whether much less came than the server lists: cut on the server, or on its way through it. */
export function isShort({
  facts: { size },
  wireSize,
  status,
}: Pick<ArrivedMessage, 'facts' | 'wireSize' | 'status'>): boolean {
  return status === 'both' && size !== null && wireSize + Math.max(carelessness, size / 8) < size;
}

function short({ uid, size }: MessageFacts, wireSize: number): Trouble {
  return { id: String(uid), kind: 'short', tries: 1, reason: shortText(size ?? 0, wireSize) };
}

export function shortText(listed: number, came: number): string {
  return `it came with ${String(came)} octets, and the server lists ${String(listed)}`;
}
