/** What the examination starts from. */

import type { Config, ConfigLocation, Problem } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
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

/** Finds what the state remembers of an account of the file, as app/bind-account does: an id that the file gives away is no other's. */
export function knownBy(
  accounts: Iterable<Account>,
  known: readonly KnownAccount[],
): (account: Account) => KnownAccount | null {
  const byId = new Map(known.map((each) => [each.id, each]));
  const taken = new Set(Array.from(accounts, ({ id }) => id));
  const free = known.filter(({ id }) => !taken.has(id));
  const byName = new Map(free.map((each) => [each.name, each]));
  return ({ id, name }) => (id === undefined ? byName.get(name) : byId.get(id)) ?? null;
}
