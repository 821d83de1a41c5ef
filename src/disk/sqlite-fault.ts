/** What went wrong with the state, in a form that crosses threads, and as the error that people see. */

import {
  InternalError,
  PosthornError,
  StorageError,
  TemporaryError,
  type ErrorDetails,
  type Retry,
} from '../errors.ts';
import { resultCode, sqliteCode } from './sqlite.ts';

export interface Fault {
  readonly kind: 'storage' | 'locked' | 'internal';
  readonly message: string;
  readonly remedy: string | undefined;
  readonly retry: Retry;
  readonly detail: string | undefined;
}

/** Any error that came up while `path` was opened, read or written. */
export function faultOf(error: unknown, path: string): Fault {
  if (error instanceof PosthornError) return faultOfOurs(error);
  const code = sqliteCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code !== null) return { ...faultOfSqlite(code, path), detail };
  if (error instanceof Error && 'syscall' in error) {
    return storage(`cannot make ${path}: ${detail}`, writable(path));
  }
  return {
    kind: 'internal',
    message: detail,
    remedy: undefined,
    retry: 'never',
    detail: undefined,
  };
}

/** The state is everybody's, so its errors reach the whole program. */
export function errorOf(fault: Fault): PosthornError {
  const details: ErrorDetails = { reach: 'program', retry: fault.retry };
  if (fault.remedy !== undefined) details.remedy = fault.remedy;
  if (fault.detail !== undefined) details.detail = fault.detail;
  switch (fault.kind) {
    case 'storage':
      return new StorageError(fault.message, details);
    case 'locked':
      return new TemporaryError(fault.message, { ...details, code: 'locked' });
    case 'internal':
      return new InternalError(fault.message, details);
  }
}

function faultOfOurs(error: PosthornError): Fault {
  const { message, remedy, retry, detail } = error;
  const kind = error instanceof StorageError ? 'storage' : 'internal';
  return { kind, message, remedy, retry, detail };
}

function faultOfSqlite(code: number, path: string): Fault {
  switch (code) {
    case resultCode.busy:
    case resultCode.locked:
      return {
        ...storage(`another process keeps ${path} busy`, 'Try again later.'),
        kind: 'locked',
      };
    case resultCode.full:
      return storage(`no space left to write ${path}`, 'Free some space on its disk.');
    case resultCode.corrupt:
    case resultCode.notADatabase:
      return { ...storage(`${path} is damaged or no database`, asideRemedy(path)), retry: 'never' };
    case resultCode.permission:
    case resultCode.readOnly:
    case resultCode.cannotOpen:
      return storage(`cannot open ${path} for writing`, writable(path));
    case resultCode.inputOutput:
      return storage(`cannot read or write ${path}`, 'Check its disk: it may be full, or broken.');
    default:
      return { ...storage(`the database ${path} refused a step`, undefined), kind: 'internal' };
  }
}

function storage(message: string, remedy: string | undefined): Fault {
  return { kind: 'storage', message, remedy, retry: 'later', detail: undefined };
}

function writable(path: string): string {
  return `See that ${path} and its folder are yours and can be written.`;
}

function asideRemedy(path: string): string {
  return `Restore it from a backup, or move it aside with ${path}-wal and ${path}-shm: posthorn then begins a new one. No mail is in it.`;
}
