/** The one door to SQLite: node:sqlite where this Node has it, else the package with the same interface. */

import { createRequire } from 'node:module';

export type SqlValue = null | number | string | Uint8Array;

/** Parameters by position: names would have to be looked up at each call. */
export interface Statement {
  run(...parameters: readonly SqlValue[]): { readonly changes: number | bigint };
  get(...parameters: readonly SqlValue[]): unknown;
  all(...parameters: readonly SqlValue[]): unknown[];
  /** Rows as arrays instead of objects; not in every Node that has node:sqlite. */
  setReturnArrays?(on: boolean): void;
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string | URL, options?: { readOnly: boolean }) => Database;
}

/** Primary result codes (https://sqlite.org/rescode.html). */
export const resultCode = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  /** Too many came for the locks of the log at once. */
  protocol: 15,
  notADatabase: 26,
} as const;

let loaded: SqliteModule | undefined;

export function openSqlite(path: string): Database {
  return new (sqlite().DatabaseSync)(path);
}

/** Throws where anything would have to be written, e.g. a log beside it that is not there. */
export function openReadOnly(path: string | URL): Database {
  return new (sqlite().DatabaseSync)(path, { readOnly: true });
}

function sqlite(): SqliteModule {
  return (loaded ??= builtIn() ?? packaged());
}

/** The primary result code of what SQLite threw; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Undefined before Node 22.13. Loading it warns people of an experiment that is ours, not theirs: kept quiet. */
function builtIn(): SqliteModule | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite') as SqliteModule | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Through require, so that a Node that needs no package never looks for it. */
function packaged(): SqliteModule {
  return createRequire(import.meta.url)('@photostructure/sqlite') as SqliteModule;
}
