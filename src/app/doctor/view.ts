/** What the examination starts from. */

import type { Config, ConfigLocation, Problem } from '../../config/config.ts';
import type { Account } from '../../core/account.ts';
import type { Control } from '../../ports/control.ts';
import type { Inspector, KnownAccount, Seen } from '../../ports/inspector.ts';
import type { Place } from './places.ts';

export interface View {
  readonly inspector: Inspector;
  readonly control: Control;
  readonly location: ConfigLocation;
  /** Null where the file does not hold. */
  readonly config: Config | null;
  /** The accounts that were named; all where none was. */
  readonly accounts: readonly Account[];
  readonly problems: readonly Problem[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** For all of it: what has not answered by then is named as such. */
  readonly signal: AbortSignal;
}

export async function place(inspector: Inspector, path: string): Promise<Place> {
  return { path, seen: await inspector.look(path) };
}

/** Null also where it may not be looked at or does not answer: somebody else says so. */
export async function quietLook(inspector: Inspector, path: string): Promise<Seen | null> {
  return inspector.look(path).catch(() => null);
}

export function below(folder: string, name: string): string {
  return `${folder}/${name}`;
}

export function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** What the state remembers of an account of the file. */
export function knownOf(account: Account, known: readonly KnownAccount[]): KnownAccount | null {
  const isIt = (each: KnownAccount): boolean =>
    account.id === undefined ? each.name === account.name : each.id === account.id;
  return known.find(isIt) ?? null;
}
