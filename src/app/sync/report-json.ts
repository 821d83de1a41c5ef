/** Reports as plain JSON: what --json prints, what crosses the control socket, and what the text for people is made from. */

import type { PosthornError } from '../../errors.ts';
import { doneOf, expectedOf, type AccountReport, type FolderReport } from './report.ts';

export interface ErrorJson {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly remedy: string | null;
  readonly account: string | null;
  readonly retry: 'now' | 'later' | 'never';
  readonly detail: string | null;
}

export interface FolderJson {
  readonly folder: string;
  readonly fetched: number;
  readonly octets: number;
  readonly adopted: number;
  /** Known to be here by their content, so not delivered again. */
  readonly known: number;
  readonly deleted: number;
  readonly uploaded: number;
  readonly octetsUp: number;
  /** Without a transfer: files here, messages there. */
  readonly movedHere: number;
  readonly movedThere: number;
  readonly copiedThere: number;
  readonly flaggedHere: number;
  readonly flaggedThere: number;
  readonly deletedHere: number;
  readonly deletedThere: number;
  readonly collided: readonly string[];
  readonly failed: readonly { readonly id: string; readonly error: ErrorJson }[];
  readonly notes: readonly string[];
  readonly error: ErrorJson | null;
}

export interface SentJson {
  readonly id: string;
  readonly subject: string;
  readonly result: 'sent' | 'deferred' | 'uncertain' | 'failed' | 'unfiled';
  readonly reason: string | null;
  /** ISO 8601. */
  readonly nextAttempt: string | null;
}

export interface AccountJson {
  readonly account: string;
  readonly skipped: 'disabled' | 'suspended' | null;
  /** Why it is suspended: since earlier (then it was skipped), or from this poll on. */
  readonly suspended: string | null;
  /** Exit status that this account alone would have earned. */
  readonly status: number;
  readonly sent: readonly SentJson[] | null;
  readonly received: readonly FolderJson[] | null;
  /** Folders that were made on the server for a role. */
  readonly created: readonly string[];
  readonly warnings: readonly string[];
  /** Receiving was asked for, but its mail is read live and never kept here. */
  readonly live: boolean;
  /** ISO 8601: until then the server asked to be left alone. */
  readonly notBefore: string | null;
  readonly error: ErrorJson | null;
}

export function errorJson(error: PosthornError): ErrorJson {
  return {
    code: error.code,
    status: error.exitStatus,
    message: error.message,
    remedy: error.remedy ?? null,
    account: error.account ?? null,
    retry: error.retry,
    detail: error.detail ?? null,
  };
}

/** `status` as core of the exit status: see sync-all. */
export function accountJson(report: AccountReport, status: number): AccountJson {
  const { account, skipped, suspended, sent, received, live, notBefore, error } = report;
  return {
    account,
    skipped,
    suspended,
    status,
    sent:
      sent?.messages.map(({ nextAttempt, ...message }) => ({
        ...message,
        nextAttempt: isoTime(nextAttempt),
      })) ?? null,
    received: received?.folders.map(folderJson) ?? null,
    created: received?.created ?? [],
    warnings: received?.warnings ?? [],
    live,
    notBefore: isoTime(notBefore),
    error: error === null ? null : errorJson(error),
  };
}

function folderJson(report: FolderReport): FolderJson {
  const { path, failed, error, ahead: _, ...counts } = report;
  return {
    folder: path,
    ...counts,
    failed: failed.map((each) => ({ id: each.id, error: errorJson(each.error) })),
    error: error === null ? null : errorJson(error),
  };
}

/** How far a folder is. */
export interface ProgressJson {
  readonly account: string;
  readonly folder: string;
  /** Messages that this run has work with, as far as it is known, and those that are done. */
  readonly expected: number;
  readonly done: number;
  readonly octets: number;
  readonly octetsUp: number;
}

export function progressJson(account: string, report: FolderReport): ProgressJson {
  const { path, octets, octetsUp } = report;
  const [expected, done] = [expectedOf(report), doneOf(report)];
  return { account, folder: path, expected: Math.max(expected, done), done, octets, octetsUp };
}

/** ISO 8601 in UTC, or null. */
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
