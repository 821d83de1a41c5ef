/** Two accounts of one mailbox: each fetches every folder of it, so all of its mail would come twice. */

import type { AccountType, Security } from '../../core/account/account.ts';
import { usualPorts } from '../../core/account/usual-ports.ts';
import type { LeftOver } from '../../ports/accounts/importer.ts';
import type { NamedImport } from './import-accounts.ts';

/** What tells mailboxes apart, as the file or a resolved account has it. */
export interface MailboxKeys {
  readonly type?: AccountType | undefined;
  readonly receive?: boolean | undefined;
  readonly identity?: { readonly address?: string | undefined } | undefined;
  readonly incoming?:
    | {
        readonly host?: string | undefined;
        readonly port?: number | undefined;
        readonly security?: Security | undefined;
        readonly username?: string | undefined;
      }
    | undefined;
}

/**
 * Equal for two accounts of one mailbox; undefined where it fetches nothing, or the host is not said. The usual ports of a
 * host lead to the same server, an unusual one may be a tunnel to another.
 */
export function mailboxOf({
  type = 'imap',
  receive,
  identity,
  incoming,
}: MailboxKeys): string | undefined {
  const { host, port, username = identity?.address } = incoming ?? {};
  if (receive === false || host === undefined || username === undefined) return undefined;
  const usual: readonly number[] = Object.values(usualPorts[type]);
  const place = port === undefined || usual.includes(port) ? '' : `:${String(port)}`;
  return `${type} ${host.toLowerCase().replace(/\.$/, '')}${place} ${username}`;
}

export interface TwinOptions {
  /** Mailboxes of accounts that are there already, to their NAMEs. */
  readonly present: ReadonlyMap<string, string>;
  /** The person has named each account, or asked for others beside those that are there: they are kept, and listed all the same. */
  readonly keeps: boolean;
}

/** Of accounts of one mailbox the first; the others are left over, with the first one's name. */
export function withoutTwins(
  accounts: readonly NamedImport[],
  { present, keeps }: TwinOptions,
): { readonly accounts: readonly NamedImport[]; readonly leftOver: readonly LeftOver[] } {
  const owners = new Map(present);
  const kept: NamedImport[] = [];
  const leftOver: LeftOver[] = [];
  for (const account of accounts) {
    const { name, line, joins, entry } = account;
    const mailbox = joins ? undefined : mailboxOf(entry);
    const owner = mailbox === undefined ? undefined : owners.get(mailbox);
    if (owner === undefined || keeps) kept.push(account);
    if (owner !== undefined) leftOver.push({ line, what: whatOf(account), why: why(owner, keeps) });
    else if (mailbox !== undefined) owners.set(mailbox, name);
  }
  return { accounts: kept, leftOver };
}

function whatOf({ name, entry }: NamedImport): string {
  return entry.identity?.address ?? name;
}

function why(owner: string, keeps: boolean): string {
  return keeps
    ? `it is the same mailbox as that of ${owner}: all of its mail comes twice`
    : `not imported: it is the same mailbox as that of ${owner}, of which every folder is fetched; else all of its mail would come twice`;
}
