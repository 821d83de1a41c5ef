/**
 * What `sendmail` needs of the configuration, kept as it was read last: to check a file against its schema takes ten times as
 * long as to queue a message. It counts for the very same text alone, and so never accepts what the strict reading refuses. Pure.
 */
import { createHash } from 'node:crypto';
import type { SendingAccount, Senders } from '../../core/outbox/senders.ts';
import type { ConfigLocation } from './config.ts';

/** In the state folder. Whoever saves the configuration removes it: an account that is made anew may get another id. */
export const sendersFile = 'senders';

/**
 * Everything that the strict reading depends on: the text, where relative paths and `~` lead, and the program; and the database
 * that gave an id to each account that has none in the file.
 */
export interface Basis {
  readonly text: string;
  readonly location: Pick<ConfigLocation, 'path' | 'home'>;
  /** Another one for every build. */
  readonly build: string;
  /** Another one for every file that the state is, or was. */
  readonly state: string;
}

/** No password and no place of one is in it. */
export function keptSenders(senders: Senders, basis: Basis): string {
  const accounts = [...senders.accounts.values()];
  const { saveSent, sendImmediately } = senders.settings;
  const { defaultAccount } = senders;
  const body = JSON.stringify({
    settings: { saveSent, sendImmediately },
    accounts: accounts.map(kept),
    defaultAccount,
  });
  return `${seal(body, basis)}\n${body}\n`;
}

function kept({ name, id, identity, send, enabled, saveSent }: SendingAccount): SendingAccount {
  return { name, id, identity, send, enabled, saveSent };
}

/** Null where it was kept for another text, or is not whole. */
export function sendersFrom(file: string, basis: Basis): Senders | null {
  const [sealed = '', body = '', rest] = file.split('\n');
  if (rest !== '' || sealed !== seal(body, basis)) return null;
  const found = JSON.parse(body) as Omit<Senders, 'accounts'> & { accounts: SendingAccount[] };
  return { ...found, accounts: new Map(found.accounts.map((each) => [each.name, each])) };
}

function seal(body: string, { text, location, build, state }: Basis): string {
  const hash = createHash('sha256');
  for (const part of [build, state, location.path, location.home, text, body])
    hash.update(`${String(Buffer.byteLength(part))}:`).update(part);
  return hash.digest('hex');
}
