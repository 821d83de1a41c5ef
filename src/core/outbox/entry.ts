/** A message that was written and is not sent yet. */

/**
 * queued: waits for its next attempt. sending: on its way, durably marked before the first octet left. uncertain: broke after
 * DATA's final dot, will be tried again with the same Message-ID. sent: taken by the server, to be filed and removed.
 * failed: refused for good, kept until a person decides. held: a person said to wait.
 */
export type OutboxState = 'queued' | 'sending' | 'uncertain' | 'sent' | 'failed' | 'held';

export interface OutboxRecipient {
  readonly address: string;
  readonly status: 'open' | 'accepted' | 'refused';
  /** The server's last line about this recipient. */
  readonly reply: string | null;
}

/** Where the sent copy goes, written before APPEND: after a break the copy is looked for from `uidNext` on. */
export interface FilingIntent {
  readonly folder: string;
  readonly uidNext: number;
}

/** Times are milliseconds since the epoch. */
export interface OutboxEntry {
  readonly id: string;
  readonly accountId: string;
  /** Envelope sender (MAIL FROM). */
  readonly from: string;
  readonly recipients: readonly OutboxRecipient[];
  readonly messageId: string;
  readonly subject: string;
  /** Octets of the message with CRLF. */
  readonly size: number;
  readonly state: OutboxState;
  readonly createdAt: number;
  /** Since when it counts as being tried; absent: since `createdAt`. Later than that where nobody tried it for long. */
  readonly triedSince?: number;
  readonly attempts: number;
  readonly nextAttempt: number;
  readonly lastError: string | null;
  /** Keep a copy in the sent folder once it is sent. */
  readonly saveSent: boolean;
  readonly filing: FilingIntent | null;
}
