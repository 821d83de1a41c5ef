/** What every parser gathers while it reads: accounts, passwords in clear, and the lines that cannot be carried over. */

import { isLoopbackHost } from '../../core/account/host.ts';
import type {
  Imported,
  ImportedAccount,
  ImportedEntry,
  ImportedPassword,
  ImportedServer,
  LeftOver,
} from '../../ports/accounts/importer.ts';

export class Draft {
  readonly #accounts: ImportedAccount[] = [];
  readonly #leftOver: LeftOver[] = [];
  defaultAccount: string | undefined;

  leave(line: number, what: string, why: string): void {
    this.#leftOver.push({ line, what, why });
  }

  hasLeft(line: number): boolean {
    return this.#leftOver.some((each) => each.line === line);
  }

  add(account: ImportedAccount): void {
    this.#accounts.push(account);
  }

  /** The same of another program's account, with what a sync of it would fail at: no password, or one that left in clear. */
  addFound(account: ImportedAccount): void {
    this.add(account);
    const { entry, line } = account;
    if (lacksPassword(entry)) this.leave(line, 'password', noPassword);
    for (const server of [entry.incoming, entry.outgoing])
      if (sendsInClear(server)) this.leave(line, 'security', inClear);
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

function lacksPassword({ incoming, outgoing }: ImportedEntry): boolean {
  const server = incoming ?? (outgoing?.credentials === 'none' ? undefined : outgoing);
  return server !== undefined && server.password === undefined && server.auth !== 'external';
}

function sendsInClear(server: ImportedServer | undefined): boolean {
  const { host, security } = server ?? {};
  return security === 'none' && host !== undefined && !isLoopbackHost(host);
}

const noPassword =
  'none stands there, be it asked for, or kept in a netrc or a keyring: set incoming.password or outgoing.password, or run posthorn account passwd';

const inClear =
  'nothing is encrypted; beyond this machine posthorn sends no password in clear: set security to tls or starttls';

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

export interface Said {
  readonly value: string;
  readonly line: number;
}

/** A port by its number or its usual name; another one is left over. */
export function portOf(said: Said | undefined, what: string, draft: Draft): number | undefined {
  const text = said?.value.trim().toLowerCase() ?? '';
  const value = services[text] ?? Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  if (said !== undefined && text !== '')
    draft.leave(said.line, what, 'no port; the usual one is taken');
  return undefined;
}

const services: Readonly<Record<string, number>> = {
  imap: 143,
  imap2: 143,
  imaps: 993,
  pop3: 110,
  'pop-3': 110,
  pop3s: 995,
  smtp: 25,
  smtps: 465,
  submission: 587,
  submissions: 465,
};

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

/** A certificate of one's own with its key, which may stand in the same file; a key alone is left over. */
export function clientCertificate(
  cert: string | undefined,
  key: Said | undefined,
  draft: Draft,
): { cert?: string; key?: string } {
  if (cert !== undefined) return { cert, key: key?.value ?? cert };
  if (key !== undefined) draft.leave(key.line, 'key', 'it comes without a certificate');
  return {};
}
