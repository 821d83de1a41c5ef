/** Fills a Maildir of a test's server with message files, as a delivery agent would. */
import { chown, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DeliverOptions {
  /** Maildir letters (DFPRST); without any the message is new. */
  flags?: string;
  /** INTERNALDATE; now unless given. */
  date?: Date;
  /** `as-is` (default) writes the octets given; `lf` turns CRLF to LF as delivery agents do. The wire shows both alike. */
  lineEnds?: 'as-is' | 'lf';
}

export interface Owner {
  uid: number;
  gid: number;
}

let delivered = 0;

/** CRLF to LF in one pass, all else kept. */
export function withoutCr(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** The name sorts as it was made, for Dovecot hands out UIDs by the order of names. */
function uniqueName(): string {
  delivered += 1;
  const serial = String(delivered).padStart(8, '0');
  return `${Math.floor(Date.now() / 1000)}.M${serial}P${process.pid}.test`;
}

async function prepare(folder: string, owner: Owner): Promise<void> {
  for (const part of ['', 'tmp', 'new', 'cur']) {
    const path = join(folder, part);
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chown(path, owner.uid, owner.gid);
  }
}

/** `folder` is the one that holds new/ and cur/; messages get their UIDs in the order given. */
export async function writeMessages(
  folder: string,
  messages: readonly Buffer[],
  owner: Owner,
  options: DeliverOptions = {},
): Promise<void> {
  const { flags = '', date, lineEnds = 'as-is' } = options;
  await prepare(folder, owner);
  const write = async (raw: Buffer, name: string): Promise<void> => {
    const path = join(folder, flags === '' ? `new/${name}` : `cur/${name}:2,${flags}`);
    await writeFile(path, lineEnds === 'lf' ? withoutCr(raw) : raw, { mode: 0o600, flag: 'wx' });
    await chown(path, owner.uid, owner.gid);
    if (date !== undefined) await utimes(path, date, date);
  };
  const window = 64;
  for (let from = 0; from < messages.length; from += window) {
    const batch = messages.slice(from, from + window);
    await Promise.all(batch.map((raw) => write(raw, uniqueName())));
  }
}
