/** What loading the configuration yields; types alone, so that every room may name them. */
import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';

/** Folders that belong to one configuration file; all absolute, none of them created yet. */
export interface Places {
  readonly stateDir: string;
  readonly secretsDir: string;
  /** For the control socket alone; undefined where XDG_RUNTIME_DIR is not set (cron): the state folder serves. */
  readonly runtimeDir: string | undefined;
}

/** Which file is meant, whether it exists or not. */
export interface ConfigLocation {
  /** Absolute, symbolic links not followed. */
  readonly path: string;
  readonly exists: boolean;
  /** Named by `--config` or `$POSTHORN_CONFIG`. */
  readonly explicit: boolean;
  readonly home: string;
  readonly places: Places;
}

/** Something wrong in the file. Line and column count from 1. */
export interface Problem {
  readonly message: string;
  /** The key it is about, e.g. `accounts.work.incoming.port`; empty for the file as a whole. */
  readonly path: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly remedy?: string | undefined;
  /** The nearest known key, where the problem is an unknown one. */
  readonly suggestion?: string | undefined;
}

export interface Config {
  readonly path: string;
  readonly exists: boolean;
  readonly location: ConfigLocation;
  readonly settings: Settings;
  /** By NAME, in the order of the file. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** NAME of the sender unless another is named; always an account that may send. */
  readonly defaultAccount?: string | undefined;
  /** What is no error but deserves a word on standard error, e.g. a file that others may write. */
  readonly warnings: readonly string[];
}
