/** What every parser gathers while it reads: accounts, passwords in clear, and the lines that cannot be carried over. */

import type {
  Imported,
  ImportedAccount,
  ImportedEntry,
  ImportedPassword,
  LeftOver,
} from '../../ports/importer.ts';

export class Draft {
  readonly #accounts: ImportedAccount[] = [];
  readonly #leftOver: LeftOver[] = [];
  defaultAccount: string | undefined;

  leave(line: number, what: string, why: string): void {
    this.#leftOver.push({ line, what, why });
  }

  add(account: ImportedAccount): void {
    this.#accounts.push(account);
  }

  /** Left-over lines in the order of the file. */
  result(): Imported {
    const { defaultAccount } = this;
    const leftOver = this.#leftOver.toSorted((one, other) => one.line - other.line);
    return {
      accounts: this.#accounts,
      leftOver,
      ...(defaultAccount === undefined ? {} : { defaultAccount }),
    };
  }
}

/** A password in clear moves into the store. */
export const stored: ImportedPassword = { stored: true };

/** Without keys that say nothing, at any depth. */
export function compact<T extends object>(value: T): T {
  const kept = Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    if (each === undefined) return [];
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return [[key, each]];
    const below = compact(each);
    return Object.keys(below).length === 0 ? [] : [[key, below]];
  });
  return Object.fromEntries(kept) as T;
}

/** The address of a login; a name without domain gets that of the server, without its first label. */
export function addressOf(
  user: string | undefined,
  host: string,
): { address?: string; guessed: boolean } {
  if (user === undefined) return { guessed: true };
  if (user.includes('@')) return { address: user, guessed: false };
  const domain = host.replace(/^(?:imaps?|pop3?s?|smtps?|mail|mx|secure|in|out)\d*\./i, '');
  return { address: `${user}@${domain}`, guessed: true };
}

/** Entry of an account that is fetched from and does not send: these programs know no outgoing server. */
export function receivingEntry(entry: ImportedEntry): ImportedEntry {
  return compact({ ...entry, send: false });
}

export const addressGuessed =
  'no address stands there; taken from user name and host, check identity.address';

/** SHA-256 as 64 hex digits, colons allowed. */
export function sha256(text: string): string | undefined {
  const digits = text
    .trim()
    .replaceAll(/[:\s]/g, '')
    .replace(/^sha-?256/i, '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

export function port(text: string): number | undefined {
  const value = Number(text);
  return /^\d{1,5}$/.test(text.trim()) && value >= 1 && value <= 65_535 ? value : undefined;
}

/** `yes`, `true`, `on`, `1` and their opposites, as the programs write them. */
export function flag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['yes', 'true', 'on', '1'].includes(word)) return true;
  return ['no', 'false', 'off', '0'].includes(word) ? false : undefined;
}

/** A folder without the slashes at its end, the home folder as `~`; the root stays. */
export function folder(path: string): string {
  return path.replace(/^\$(?:HOME|\{HOME\})(?=\/)/, '~').replace(/(?<=.)\/+$/, '');
}
