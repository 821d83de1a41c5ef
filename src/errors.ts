/** Every error posthorn raises on purpose: how far it reaches, when trying again makes sense, which exit status it earns. */

/** What the error stops: one message, one folder, one account, or the whole program. */
export type Reach = 'message' | 'folder' | 'account' | 'program';

/** When the same step may be tried again: at once, at the next poll, or not before a person has changed something. */
export type Retry = 'now' | 'later' | 'never';

/** The step of a connection that failed, for `account test`: it says what to check first. */
export type Layer =
  'resolve' | 'connect' | 'tls' | 'greeting' | 'capabilities' | 'login' | 'session';

/** Exit status of sysexits(3), plus 1 for `status` and `doctor`, as the contract fixes them. */
export type ExitStatus = 0 | 1 | 64 | 65 | 69 | 70 | 74 | 75 | 77 | 78;

export interface ErrorDetails {
  /** What the person can do about it: one sentence in the imperative. */
  remedy?: string;
  reach?: Reach;
  retry?: Retry;
  cause?: unknown;
  /** NAME of the account it happened to, added on the way out if not known at the source. */
  account?: string;
  layer?: Layer;
  /** How long the server asked to be left alone, in milliseconds. */
  pauseMs?: number;
  /** More than the one line, e.g. the dialogue's last answer; shown with `--verbose` alone. Never a secret. */
  detail?: string;
}

/** `message` says what happened, without the account's name and without the remedy; both are kept apart for display. */
export abstract class PosthornError extends Error {
  abstract readonly exitStatus: ExitStatus;
  /** Stable word for `--json` and scripts. */
  abstract readonly code: string;
  readonly remedy: string | undefined;
  readonly detail: string | undefined;
  readonly pauseMs: number | undefined;
  readonly reach: Reach;
  readonly retry: Retry;
  readonly layer: Layer | undefined;
  account: string | undefined;

  protected constructor(message: string, details: ErrorDetails, reach: Reach, retry: Retry) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.remedy = details.remedy;
    this.detail = details.detail;
    this.pauseMs = details.pauseMs;
    this.reach = details.reach ?? reach;
    this.retry = details.retry ?? retry;
    this.layer = details.layer;
    this.account = details.account;
  }
}

/** 64: the command line cannot be meant. */
export class UsageError extends PosthornError {
  readonly exitStatus = 64;
  readonly code = 'usage';
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'program', 'never');
  }
}

/** 65: input data (a message, an address, a file to import) is not what it must be. */
export class DataError extends PosthornError {
  readonly exitStatus = 65;
  readonly code = 'data';
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'message', 'never');
  }
}

/** 69: the server refused for good (5xx, a certificate that does not hold, a missing capability). */
export class RefusedError extends PosthornError {
  readonly exitStatus = 69;
  readonly code: 'refused' | 'certificate' | 'no-such-folder';
  constructor(
    message: string,
    details: ErrorDetails & { certificate?: boolean; noSuchFolder?: boolean } = {},
  ) {
    super(message, details, 'account', 'never');
    if (details.noSuchFolder === true) this.code = 'no-such-folder';
    else this.code = details.certificate === true ? 'certificate' : 'refused';
  }
}

/** 70: a bug here. */
export class InternalError extends PosthornError {
  readonly exitStatus = 70;
  readonly code = 'internal';
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'program', 'never');
  }
}

/** 74: the local disk: full, read-only, not mounted, not ours. */
export class StorageError extends PosthornError {
  readonly exitStatus = 74;
  readonly code = 'storage';
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'account', 'later');
  }
}

/** 75: it may work by itself later: network, busy server, held lock, a secret that cannot be read now. */
export class TemporaryError extends PosthornError {
  readonly exitStatus = 75;
  readonly code: string;
  constructor(
    message: string,
    details: ErrorDetails & { code?: 'temporary' | 'locked' | 'timeout' } = {},
  ) {
    super(message, details, 'account', 'later');
    this.code = details.code ?? 'temporary';
  }
}

/** 77: credentials or a permission were refused. */
export class CredentialsError extends PosthornError {
  readonly exitStatus = 77;
  readonly code = 'credentials';
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'account', 'never');
  }
}

/** 78: the configuration is wrong, or asks for what cannot be done safely. */
export class ConfigurationError extends PosthornError {
  readonly exitStatus = 78;
  readonly code = 'configuration';
  /** Place in the file, counted from 1. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(message: string, details: ErrorDetails & { line?: number; column?: number } = {}) {
    super(message, details, 'account', 'never');
    this.line = details.line;
    this.column = details.column;
  }
}

const gravestFirst: readonly ExitStatus[] = [70, 78, 77, 74, 65, 69, 75, 64, 1];

/** The status to end with when several accounts had their own: the gravest, in the order of the contract. */
export function gravest(statuses: readonly ExitStatus[]): ExitStatus {
  return gravestFirst.find((status) => statuses.includes(status)) ?? 0;
}

/** Whatever was thrown, as one of ours: a stranger's error is a bug here (70), its cause kept. */
export function asPosthornError(thrown: unknown): PosthornError {
  if (thrown instanceof PosthornError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new InternalError(message, { cause: thrown });
}
