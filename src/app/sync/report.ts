/** What a sync tells: data for people and for --json alike. */

import type { PosthornError } from '../../errors.ts';

export interface FailedMessage {
  readonly id: string;
  readonly error: PosthornError;
}

/** What one sync did to one folder. */
export interface FolderReport {
  /** The server's name of it. */
  readonly path: string;
  /** Messages that became durable in this run, and the octets that came for them. */
  fetched: number;
  octets: number;
  /** Of these, found on disk already: an earlier run was broken off after the delivery. */
  adopted: number;
  /** Known to be here by their content, so not delivered again. */
  known: number;
  /** POP3: deleted on the server, confirmed. */
  deleted: number;
  /** New files here that became durable on the server, and their octets. */
  uploaded: number;
  octetsUp: number;
  /** Messages that got into this folder without a transfer: their files here, or the messages there. */
  movedHere: number;
  movedThere: number;
  copiedThere: number;
  /** Messages whose flags were changed on that side for what the other had. */
  flaggedHere: number;
  flaggedThere: number;
  /** Deleted on that side, or moved to its trash, since the other side had them no more. */
  deletedHere: number;
  deletedThere: number;
  /** Delivered under a suffixed name, since the server gave an id twice: their base names. */
  readonly collided: string[];
  readonly failed: FailedMessage[];
  /** What deserves a word, and is no failure. */
  readonly notes: string[];
  error: PosthornError | null;
  /** For those who watch while it runs. */
  readonly ahead: Ahead;
}

/** What is known to be ahead of a folder, done or not. */
export interface Ahead {
  /** Messages to be fetched: the server's count, until its listing tells. */
  toFetch: number;
  /** Messages to be uploaded, moved, flagged, deleted or tried again; one whose flags change on both sides counts twice. */
  others: number;
  /** What came and is not durable yet. */
  arriving: number;
  octetsArriving: number;
}

export interface ReceiveReport {
  readonly folders: FolderReport[];
  /** Folders that were made on the server for a role, by their names there. */
  readonly created: string[];
  /** What deserves a word, and is no failure. */
  readonly warnings: string[];
}

export interface SentMessage {
  readonly id: string;
  readonly subject: string;
  readonly result: 'sent' | 'deferred' | 'uncertain' | 'failed' | 'unfiled';
  /** Why it waits or failed. */
  readonly reason: string | null;
  readonly nextAttempt: number | null;
}

export interface SendReport {
  readonly messages: SentMessage[];
}

/** What one sync did for one account. */
export interface AccountReport {
  readonly account: string;
  readonly id: string;
  readonly skipped: 'disabled' | 'suspended' | null;
  /** Why it is suspended: since earlier (then it was skipped), or from this poll on. */
  readonly suspended: string | null;
  readonly sent: SendReport | null;
  readonly received: ReceiveReport | null;
  /** Receiving was asked for, but its mail is read live and never kept here. */
  readonly live: boolean;
  /** The server asked to be left alone until then; milliseconds since the epoch. */
  readonly notBefore: number | null;
  readonly error: PosthornError | null;
}

export function emptyFolderReport(path: string): FolderReport {
  return {
    path,
    fetched: 0,
    octets: 0,
    adopted: 0,
    known: 0,
    deleted: 0,
    uploaded: 0,
    octetsUp: 0,
    movedHere: 0,
    movedThere: 0,
    copiedThere: 0,
    flaggedHere: 0,
    flaggedThere: 0,
    deletedHere: 0,
    deletedThere: 0,
    collided: [],
    failed: [],
    notes: [],
    error: null,
    ahead: { toFetch: 0, others: 0, arriving: 0, octetsArriving: 0 },
  };
}

/** Messages of a folder that this run has work with, as far as it is known. */
export function expectedOf({ ahead }: FolderReport): number {
  return ahead.toFetch + ahead.others;
}

/** Those of them with which it is done for good: whatever happens now, they are not worked on again. */
export function doneOf(report: FolderReport): number {
  const { fetched, known, failed, uploaded, movedHere, movedThere, copiedThere } = report;
  const { flaggedHere, flaggedThere, deletedHere, deletedThere } = report;
  return [
    ...[fetched, known, failed.length, uploaded, movedHere, movedThere, copiedThere],
    ...[flaggedHere, flaggedThere, deletedHere, deletedThere],
  ].reduce((sum, each) => sum + each, 0);
}
