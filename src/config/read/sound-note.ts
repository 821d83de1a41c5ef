/**
 * What this build has found sound it need not read as YAML and check again, which takes longer than a poll without news: the entries
 * of the last such text lie in the state folder.
 */
import { createHash } from 'node:crypto';
import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../schema/schema.ts';
import type { ConfigLocation } from './config.ts';

/** Of one text of one file, as one build reads it. */
export class SoundNote {
  readonly #file: string;
  readonly #subject: string;

  constructor(text: string, { path, home, places }: ConfigLocation, build: string) {
    this.#file = join(places.stateDir, 'config.sound');
    this.#subject = JSON.stringify([build, path, home, text]);
  }

  /** The entries of this text; null where it is another one, or the note is not whole or may be somebody else's. */
  async read(): Promise<FileEntry | null> {
    const note = await readOurs(this.#file).catch(() => null);
    const end = note?.indexOf('\n') ?? -1;
    if (note === null || end === -1) return null;
    const entries = note.slice(end + 1);
    return note.slice(0, end) === this.#digest(entries) ? (JSON.parse(entries) as FileEntry) : null;
  }

  /** Only what holds. Without a state folder nothing is noted. */
  async write(entry: FileEntry): Promise<void> {
    const entries = JSON.stringify(entry);
    const note = `${this.#digest(entries)}\n${entries}`;
    await writeFile(this.#file, note, { mode: 0o600 }).catch(() => undefined);
  }

  #digest(entries: string): string {
    return createHash('sha256').update(this.#subject).update('\n').update(entries).digest('hex');
  }
}

async function readOurs(file: string): Promise<string | null> {
  const handle = await open(file, 'r');
  try {
    return (await isOursAlone(handle)) ? await handle.readFile('utf8') : null;
  } finally {
    await handle.close();
  }
}

/** The entries name commands to run: whoever could write them would run these as us. */
async function isOursAlone(handle: FileHandle): Promise<boolean> {
  const { uid, mode } = await handle.stat();
  return (mode & 0o022) === 0 && uid === (process.geteuid?.() ?? uid);
}
