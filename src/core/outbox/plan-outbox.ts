/** Decides what becomes of a queued message: the states of design rule 10, without a clock of its own. */

import { backoffMs } from './backoff.ts';
import type { OutboxEntry, OutboxRecipient, OutboxState } from './entry.ts';

/** RFC 5321 4.5.4.1 asks for four to five days before giving up. */
export const giveUpAfterMs = 5 * 24 * 3_600_000;

/** How long a message that is due may lie untried before the time no longer counts: sending suspended, or nothing running. */
const untriedMs = 24 * 3_600_000;

const retry = { firstMs: 60_000, longestMs: 4 * 3_600_000 };

/** What one attempt came to. `uncertain`: it broke after DATA's final dot. `deferred`: it surely was not taken. */
export type AttemptResult =
  | { readonly kind: 'answered'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'deferred' | 'refused' | 'uncertain'; readonly reason: string };

export interface Verdict {
  readonly address: string;
  readonly kind: 'accepted' | 'deferred' | 'refused';
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

/** The mark that must be durable before the first octet leaves. */
export function beforeAttempt(entry: OutboxEntry): OutboxEntry {
  return { ...entry, state: 'sending', attempts: entry.attempts + 1 };
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
    const status = verdict.kind === 'deferred' ? 'open' : verdict.kind;
    return { ...recipient, status, reply: verdict.reply ?? null };
  });
}

function refuseOpen(recipients: readonly OutboxRecipient[], reply: string): OutboxRecipient[] {
  return recipients.map((recipient) =>
    recipient.status === 'open' ? { ...recipient, status: 'refused', reply } : recipient,
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
  const triedSince = startOfTrying(entry, now);
  if (now - triedSince < giveUpAfterMs) {
    const nextAttempt = now + backoffMs(entry.attempts, retry, chance);
    const shifted = triedSince === entry.createdAt ? {} : { triedSince };
    return { ...entry, ...shifted, state, lastError: reason, nextAttempt };
  }
  const recipients = refuseOpen(entry.recipients, `given up after 5 days: ${reason}`);
  return settle({ ...entry, lastError: reason }, recipients, { now, chance });
}

/** The five days are those of somebody who tries: a message is not given up at the first no after weeks of silence. */
function startOfTrying({ createdAt, triedSince, nextAttempt }: OutboxEntry, now: number): number {
  return (triedSince ?? createdAt) + Math.max(0, now - nextAttempt - untriedMs);
}

/** A copy that could not be filed now: the message was sent, so only the filing is tried again. */
export function afterFailedFiling(
  entry: OutboxEntry,
  reason: string,
  { now, chance }: Moment,
): OutboxEntry {
  const attempts = entry.attempts + 1;
  const nextAttempt = now + backoffMs(attempts, retry, chance);
  return { ...entry, attempts, nextAttempt, lastError: `sent, but not yet filed: ${reason}` };
}

/** What is left once the copy is filed: nothing (null), or a failed entry where somebody was refused. */
export function afterFiling(entry: OutboxEntry): OutboxEntry | null {
  const refused = entry.recipients.find(({ status }) => status === 'refused');
  if (refused === undefined) return null;
  return { ...entry, state: 'failed', lastError: refusal(refused) };
}
