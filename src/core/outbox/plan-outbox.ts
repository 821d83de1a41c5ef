/** Decides what becomes of a queued message: the states of design rule 10, without a clock of its own. */

import { backoffMs } from './backoff.ts';
import type { FilingIntent, OutboxEntry, OutboxRecipient, OutboxState } from './entry.ts';

/** RFC 5321 4.5.4.1 asks for four to five days before giving up. */
export const giveUpAfterMs = 5 * 24 * 3_600_000;

/** How long a message that is due may lie untried before the time no longer counts: sending suspended, or nothing running. */
const untriedMs = 24 * 3_600_000;

const retry = { firstMs: 60_000, longestMs: 4 * 3_600_000 };

/** What one attempt came to. `uncertain`: it broke after DATA's final dot. `deferred`: it surely was not taken. */
export type AttemptResult =
  | { readonly kind: 'answered'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'deferred' | 'refused' | 'uncertain'; readonly reason: string };

/** excess: one too many for this transaction; another one takes it at once. */
export interface Verdict {
  readonly address: string;
  readonly kind: 'accepted' | 'deferred' | 'refused' | 'excess';
  readonly reply?: string;
}

/** Moment of an attempt, and a number in [0, 1) that spreads the next ones. */
export interface Moment {
  readonly now: number;
  readonly chance: number;
}

/**
 * Whether this entry wants work now: an attempt, or the filing of its copy. A time further off than any wait of ours was
 * written before the clock was set back.
 */
export function isDue({ state, nextAttempt }: OutboxEntry, now: number): boolean {
  if (state === 'failed' || state === 'held') return false;
  return nextAttempt <= now || nextAttempt > now + 2 * retry.longestMs;
}

export function openRecipients(entry: OutboxEntry): string[] {
  return entry.recipients.filter(({ status }) => status === 'open').map(({ address }) => address);
}

/**
 * The mark that must be durable before the first octet leaves. It carries its own way out: the attempt is counted and the next
 * one put off, so that whoever can't write afterwards what became of it does not send it again at once.
 */
export function beforeAttempt(entry: OutboxEntry, { now, chance }: Moment): OutboxEntry {
  const attempts = entry.attempts + 1;
  const nextAttempt = now + backoffMs(attempts, retry, chance);
  return { ...withStartOfTrying(entry, now), state: 'sending', attempts, nextAttempt };
}

/** Whether those left over of an answered attempt go in another transaction at once: the server took the others. */
export function needsAnotherTransaction({ state }: OutboxEntry, result: AttemptResult): boolean {
  if (state !== 'queued' || result.kind !== 'answered') return false;
  const kinds = result.verdicts.map(({ kind }) => kind);
  return kinds.includes('excess') && kinds.includes('accepted');
}

/** The mark before it: part of the same attempt, put off as it was. */
export function beforeAnotherTransaction(entry: OutboxEntry): OutboxEntry {
  return { ...entry, state: 'sending' };
}

/**
 * Octets that an entry grows by at most while an attempt is answered: a reply for each who is still open, and one for the
 * message. Each has `longestReply` characters, which JSON writes in no more than four octets each.
 */
export function roomForAnswers(entry: OutboxEntry): number {
  return (openRecipients(entry).length + 2) * 4 * (longestReply + 100);
}

/** Characters kept of what was said. */
const longestReply = 400;

function kept(reply: string): string {
  return reply.length > longestReply ? `${reply.slice(0, longestReply - 1)}…` : reply;
}

export function afterAttempt(
  entry: OutboxEntry,
  result: AttemptResult,
  moment: Moment,
): OutboxEntry {
  switch (result.kind) {
    case 'answered':
      return settle(entry, judge(entry.recipients, result.verdicts), moment);
    case 'refused':
      return settle(entry, refuseOpen(entry.recipients, result.reason), moment);
    case 'deferred':
    case 'uncertain':
      return wait(
        entry,
        result.kind === 'deferred' ? 'queued' : 'uncertain',
        result.reason,
        moment,
      );
  }
}

function judge(
  recipients: readonly OutboxRecipient[],
  verdicts: readonly Verdict[],
): OutboxRecipient[] {
  return recipients.map((recipient) => {
    const verdict = verdicts.find(({ address }) => address === recipient.address);
    if (recipient.status !== 'open' || verdict === undefined) return recipient;
    const isOpen = verdict.kind === 'deferred' || verdict.kind === 'excess';
    const status = isOpen ? 'open' : verdict.kind;
    return {
      ...recipient,
      status,
      reply: verdict.reply === undefined ? null : kept(verdict.reply),
    };
  });
}

function refuseOpen(recipients: readonly OutboxRecipient[], reply: string): OutboxRecipient[] {
  return recipients.map((recipient) =>
    recipient.status === 'open'
      ? { ...recipient, status: 'refused', reply: kept(reply) }
      : recipient,
  );
}

function settle(
  entry: OutboxEntry,
  recipients: readonly OutboxRecipient[],
  moment: Moment,
): OutboxEntry {
  const judged = { ...entry, recipients };
  const open = recipients.find(({ status }) => status === 'open');
  if (open !== undefined) return wait(judged, 'queued', open.reply ?? 'not answered', moment);
  const refused = recipients.find(({ status }) => status === 'refused');
  const taken = recipients.some(({ status }) => status === 'accepted');
  return {
    ...judged,
    state: taken ? 'sent' : 'failed',
    nextAttempt: moment.now,
    lastError: refused === undefined ? null : refusal(refused),
  };
}

function refusal({ address, reply }: OutboxRecipient): string {
  return `${address}: ${reply ?? 'refused'}`;
}

function wait(
  entry: OutboxEntry,
  state: Extract<OutboxState, 'queued' | 'uncertain'>,
  reason: string,
  { now, chance }: Moment,
): OutboxEntry {
  const tried = withStartOfTrying(entry, now);
  const lastError = kept(reason);
  if (now - (tried.triedSince ?? tried.createdAt) < giveUpAfterMs) {
    const nextAttempt = now + backoffMs(entry.attempts, retry, chance);
    return { ...tried, state, lastError, nextAttempt };
  }
  const recipients = refuseOpen(entry.recipients, `given up after 5 days: ${reason}`);
  return settle({ ...entry, lastError }, recipients, { now, chance });
}

/** The five days are those of somebody who tries: a message is not given up at the first no after weeks of silence. */
function withStartOfTrying(entry: OutboxEntry, now: number): OutboxEntry {
  const untried = now - entry.nextAttempt - untriedMs;
  if (untried <= 0) return entry;
  return { ...entry, triedSince: (entry.triedSince ?? entry.createdAt) + untried };
}

/** The intent, durable before APPEND; like the mark before an attempt it is counted and carries its backoff. */
export function beforeFiling(
  entry: OutboxEntry,
  filing: FilingIntent,
  { now, chance }: Moment,
): OutboxEntry {
  const attempts = entry.attempts + 1;
  return { ...entry, filing, attempts, nextAttempt: now + backoffMs(attempts, retry, chance) };
}

/** A copy that could not be filed now: the message was sent, so only the filing is tried again. `entry`: as it was before. */
export function afterFailedFiling(
  entry: OutboxEntry,
  reason: string,
  { now, chance }: Moment,
): OutboxEntry {
  const attempts = entry.attempts + 1;
  const nextAttempt = now + backoffMs(attempts, retry, chance);
  const lastError = kept(`sent, but not yet filed: ${reason}`);
  return { ...entry, attempts, nextAttempt, lastError };
}

/** What is left once the copy is filed: nothing (null), or a failed entry where somebody was refused. */
export function afterFiling(entry: OutboxEntry): OutboxEntry | null {
  const refused = entry.recipients.find(({ status }) => status === 'refused');
  if (refused === undefined) return null;
  return { ...entry, state: 'failed', lastError: refusal(refused) };
}
