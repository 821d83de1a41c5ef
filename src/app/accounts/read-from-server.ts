/** Accounts whose mail is not kept here (`incoming.backgroundSync: false`): sent from, but never fetched. */

import { keepsMail, type Account } from '../../core/account/account.ts';

/** It receives, but its mail stays on the server: what stands there is read live. */
export function isReadFromServer(account: Account): boolean {
  return account.receive && !keepsMail(account);
}

/** The words for it, wherever mail of the account was asked for. */
export function readFromServerText(name: string): string {
  return `${name}: is read live from its server; nothing is kept here`;
}
