/** Compares the Maildir of the demo with what its servers hold, message by message and byte by byte. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toLf } from '../wire/crlf.ts';
import { pop3Octets } from './pop3/message.ts';
import type { DemoPeople } from './mail/users.ts';

export interface Comparison {
  equal: number;
  /** On the server, not on disk. */
  missing: number;
  /** On disk, but not on the server, or twice. */
  different: number;
}

/** `mailRoot` holds mara (IMAP) and jonas (POP3) in the layout `fs`. */
export async function compareMail(people: DemoPeople, mailRoot: string): Promise<Comparison> {
  const total: Comparison = { equal: 0, missing: 0, different: 0 };
  for (const folder of people.imap.mailbox.folders) {
    if (!folder.selectable) continue;
    const held = folder.messages.map(({ raw }) => toLf(raw));
    add(total, compare(held, await maildir(join(mailRoot, 'mara', folder.name))));
  }
  const drop = people.pop3.mailbox.inbox.messages.map(({ raw }) => toLf(pop3Octets(raw)));
  add(total, compare(drop, await maildir(join(mailRoot, 'jonas', 'INBOX'))));
  return total;
}

function add(total: Comparison, part: Comparison): void {
  total.equal += part.equal;
  total.missing += part.missing;
  total.different += part.different;
}

/** As bags: each message of one side is matched with one of the other. */
function compare(server: readonly Buffer[], disk: readonly Buffer[]): Comparison {
  const left = [...disk];
  let equal = 0;
  for (const message of server) {
    const at = left.findIndex((file) => file.equals(message));
    if (at === -1) continue;
    left.splice(at, 1);
    equal += 1;
  }
  return { equal, missing: server.length - equal, different: left.length };
}

async function maildir(folder: string): Promise<Buffer[]> {
  const messages: Buffer[] = [];
  for (const part of ['new', 'cur'])
    for (const name of await namesIn(join(folder, part)))
      messages.push(await readFile(join(folder, part, name)));
  return messages;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
