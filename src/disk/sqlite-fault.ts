/** What went wrong with the state, in a form that crosses threads, and as the error that people see. */

import {
  InternalError,
  PosthornError,
  StorageError,
  TemporaryError,
  type ErrorDetails,
  type Reach,
  type Retry,
} from '../errors.ts';
import { explanationOf, type Remedies } from './disk-error.ts';
import { resultCode, sqliteCode } from './sqlite.ts';

export interface Fault {
  readonly kind: 'storage' | 'locked' | 'internal';
  readonly message: string;
  readonly remedy: string | undefined;
  readonly reach: Reach;
  readonly retry: Retry;
  readonly detail: string | undefined;
}

/** Any error that came up while `path` was opened, read or written. */
export function faultOf(error: unknown, path: string): Fault {
  if (error instanceof PosthornError) return faultOfOurs(error);
  const code = sqliteCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code !== null) return { ...faultOfSqlite(code, path), detail };
  const explanation = explanationOf(error, path, remedies(path));
  if (explanation !== undefined)
    return { ...storage(explanation.what, explanation.remedy), detail };
  return { ...storage(detail, undefined), kind: 'internal', retry: 'never' };
}

/** The other way round, where the fault has crossed the thread. */
export function errorOf(fault: Fault): PosthornError {
  const details: ErrorDetails = { reach: fault.reach, retry: fault.retry };
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
  const { message, remedy, reach, retry, detail } = error;
  return { kind: kindOf(error), message, remedy, reach, retry, detail };
}

function kindOf(error: PosthornError): Fault['kind'] {
  if (error instanceof StorageError) return 'storage';
  return error instanceof TemporaryError ? 'locked' : 'internal';
}

function faultOfSqlite(code: number, path: string): Fault {
  switch (code) {
    case resultCode.busy:
    case resultCode.locked:
    case resultCode.protocol:
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

/** The state and the locks are everybody's, so what their disk does reaches the whole program. */
function storage(message: string, remedy: string | undefined): Fault {
  return { kind: 'storage', message, remedy, reach: 'program', retry: 'later', detail: undefined };
}

function writable(path: string): string {
  return `See that ${path} and its folder are yours and can be written, and that their disk is not full.`;
}

function remedies(path: string): Remedies {
  return { EACCES: writable(path), ENOTDIR: writable(path), ENOENT: writable(path) };
}

function asideRemedy(path: string): string {
  return `Restore it from a backup, or move it aside with ${path}-wal and ${path}-shm: posthorn then begins a new one. No mail is in it.`;
}
