/** What the contracts of writing share: a server whose truth can be read, and messages to put there. */

import type { MailboxSession, Upload, Uploaded } from '../../src/ports/receiving/mailbox-source.ts';
import type { MailboxAccount, MailboxWorld, SampleMessage } from './mailbox-source.ts';

export interface WritingWorld extends MailboxWorld {
  readonly can: MailboxWorld['can'] & {
    /** Expunges single messages (UIDPLUS, RFC 4315). */
    readonly expunge: boolean;
    readonly move: boolean;
    /** Tells with the list which folders are subscribed (RFC 5258). */
    readonly subscriptions: boolean;
  };
  account(folders?: readonly string[]): Promise<WritingAccount>;
}

export interface WritingAccount extends MailboxAccount {
  /** What stands there, ascending, as nobody of ours reads it; flags as IMAP names, sorted. */
  messages(folder: string): Promise<readonly TrueMessage[]>;
  /** Paths, sorted. */
  subscribed(): Promise<readonly string[]>;
}

export interface TrueMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly octets: Buffer;
  readonly internalDate: number;
}

export interface Setup {
  readonly folders: readonly string[];
  readonly messages: readonly SampleMessage[];
}

export type Enter = (
  setup: Partial<Setup>,
  use: (session: MailboxSession, account: WritingAccount) => Promise<void>,
) => Promise<void>;

export interface Stage {
  readonly enter: Enter;
  /** Once the tests run. */
  readonly can: () => WritingWorld['can'];
}

async function* pieces(octets: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export function uploadOf(message: SampleMessage, more: Partial<Upload> = {}): Upload {
  const { octets, internalDate } = message;
  const usual = { flags: [], keywords: [], internalDate };
  return { size: octets.length, octets: () => pieces(octets), ...usual, ...more };
}

export async function uploadAll(
  session: MailboxSession,
  path: string,
  uploads: readonly Upload[],
): Promise<Uploaded[]> {
  const all: Uploaded[] = [];
  for await (const each of session.upload(path, uploads)) all.push(each);
  return all;
}
