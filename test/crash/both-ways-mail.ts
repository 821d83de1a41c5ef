/** Mail that is changed on both sides: what stands where, and what it has to come to. */

import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dovecot, User } from '../servers/dovecot.ts';
import { withoutCr } from '../servers/maildir-files.ts';
import { makeMessage } from '../servers/messages.ts';
import { asOnDisk, namesIn } from './mail-on-disk.ts';
import type { Home } from './run.ts';

export const folders = ['INBOX', 'Archive', 'Lists', 'Projects', 'Trash'] as const;
export type Folder = (typeof folders)[number];

/** Flags as letters of the Maildir, sorted. */
export interface Place {
  readonly folder: Folder;
  readonly flags: string;
}

/** What has to stand on both sides in the end, by the number of the message. */
export type Wanted = Map<number, Place>;

export function message(number: number): Buffer {
  return makeMessage(number, { attachmentSize: 400 });
}

/** One line a message, e.g. `Archive FS 2f1a…`; sorted, so that whatever is doubled stands there twice. */
export function linesOf(wanted: Wanted): string[] {
  return [...wanted]
    .map(([number, place]) => line(place.folder, place.flags, asOnDisk(message(number))))
    .sort();
}

function line(folder: string, flags: string, hash: string): string {
  return `${folder} ${flags} ${hash}`;
}

interface FileHere {
  readonly folder: Folder;
  readonly path: string;
  readonly flags: string;
  readonly octets: Buffer;
}

async function filesHere(home: Home): Promise<FileHere[]> {
  const found: FileHere[] = [];
  for (const folder of folders)
    for (const part of ['new', 'cur'])
      for (const name of await namesIn(join(home.inbox, '..', folder, part))) {
        const path = join(home.inbox, '..', folder, part, name);
        const flags = name.split(':2,')[1] ?? '';
        found.push({ folder, path, flags, octets: await readFile(path) });
      }
  return found;
}

export async function linesHere(home: Home): Promise<string[]> {
  const files = await filesHere(home);
  return files
    .map(({ folder, flags, octets }) =>
      line(folder, flags, createHash('sha256').update(octets).digest('hex')),
    )
    .sort();
}

const letters: Readonly<Record<string, string>> = {
  '\\Seen': 'S',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Deleted': 'T',
  '\\Draft': 'D',
};

export async function linesThere(dovecot: Dovecot, user: User): Promise<string[]> {
  const lines: string[] = [];
  for (const folder of folders)
    for (const { flags, raw } of await dovecot.serverMessages(user, folder)) {
      const set = flags.flatMap((flag) => letters[flag] ?? []).sort();
      lines.push(line(folder, set.join(''), asOnDisk(raw)));
    }
  return lines.sort();
}

const messageId = /^Message-ID: <(\d+)\./im;

/** What a mail reader does to files, by the number of the message. */
export class ReaderHere {
  readonly #home: Home;
  readonly #files: ReadonlyMap<number, FileHere>;

  private constructor(home: Home, files: ReadonlyMap<number, FileHere>) {
    this.#home = home;
    this.#files = files;
  }

  static async look(home: Home): Promise<ReaderHere> {
    const files = (await filesHere(home)).map((file): [number, FileHere] => [
      Number(messageId.exec(file.octets.toString('latin1'))?.[1]),
      file,
    ]);
    return new ReaderHere(home, new Map(files));
  }

  #file(number: number): FileHere {
    const file = this.#files.get(number);
    if (file === undefined) throw new Error(`message ${String(number)} is not here`);
    return file;
  }

  async add(number: number, folder: Folder, flags: string): Promise<void> {
    const name = `1700000000.M${String(number)}P1.reader:2,${flags}`;
    const path = join(this.#home.inbox, '..', folder, 'cur', name);
    await writeFile(path, withoutCr(message(number)), { flag: 'wx' });
  }

  async flag(number: number, flags: string): Promise<void> {
    const { folder, path } = this.#file(number);
    await rename(path, this.#place(folder, `${base(path)}:2,${flags}`));
  }

  /** Every other one under a new name, as mutt does it. */
  async move(number: number, to: Folder): Promise<void> {
    const { path, flags } = this.#file(number);
    const name = number % 2 === 0 ? base(path) : `1700000001.M${String(number)}P2.reader`;
    await rename(path, this.#place(to, `${name}:2,${flags}`));
  }

  async remove(number: number): Promise<void> {
    await rm(this.#file(number).path);
  }

  #place(folder: Folder, name: string): string {
    return join(this.#home.inbox, '..', folder, 'cur', name);
  }
}

function base(path: string): string {
  return path.split('/').at(-1)?.split(':2,')[0] ?? '';
}

/** What another client does on the server. */
export class ClientThere {
  readonly #dovecot: Dovecot;
  readonly #user: User;

  constructor(dovecot: Dovecot, user: User) {
    this.#dovecot = dovecot;
    this.#user = user;
  }

  async add(numbers: readonly number[], folder: Folder): Promise<void> {
    await this.#dovecot.deliver(this.#user, folder, numbers.map(message));
  }

  async flag(folder: Folder, numbers: readonly number[], flag: string): Promise<void> {
    await this.#with(folder, numbers, async (set, command) => {
      await command(`UID STORE ${set} +FLAGS.SILENT (${flag})`);
    });
  }

  async move(folder: Folder, numbers: readonly number[], to: Folder): Promise<void> {
    await this.#with(folder, numbers, async (set, command) => {
      await command(`UID MOVE ${set} "${to}"`);
    });
  }

  async remove(folder: Folder, numbers: readonly number[]): Promise<void> {
    await this.#with(folder, numbers, async (set, command) => {
      await command(`UID STORE ${set} +FLAGS.SILENT (\\Deleted)`);
      await command(`UID EXPUNGE ${set}`);
    });
  }

  async #with(
    folder: Folder,
    numbers: readonly number[],
    work: (set: string, command: (text: string) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const imap = await this.#dovecot.imap(this.#user);
    try {
      await imap.open(folder, 'SELECT');
      const heads = await imap.command('UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])');
      const uids = new Map(
        heads.map(({ text, literals }) => [
          Number(messageId.exec(literals[0]?.toString('latin1') ?? '')?.[1]),
          /UID (\d+)/.exec(text)?.[1],
        ]),
      );
      const set = numbers.map((number) => {
        const uid = uids.get(number);
        if (uid === undefined) throw new Error(`message ${String(number)} is not in ${folder}`);
        return uid;
      });
      await work(set.join(','), (text) => imap.command(text));
    } finally {
      await imap.close();
    }
  }
}
