/** posthorn beside the programs that people come from and go back to: each as a process of its own, with one HOME. */

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outcome, type Outcome } from '../crash/run.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';

const launcher = fileURLToPath(new URL('../../bin/posthorn.cjs', import.meta.url));

export class Place {
  readonly dir: string;
  readonly #dovecot: Dovecot;
  readonly user: User;

  constructor(dir: string, dovecot: Dovecot, user: User) {
    [this.dir, this.#dovecot, this.user] = [dir, dovecot, user];
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  async write(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  posthorn(...args: readonly string[]): Promise<Outcome> {
    const config = this.path('config.yaml');
    return this.run(process.execPath, [launcher, '--config', config, '--no-input', ...args]);
  }

  /** The document that a command prints; throws where it exits with anything but 0. */
  async told<T>(...args: readonly string[]): Promise<T> {
    const { status, stdout, stderr } = await this.posthorn('--json', ...args);
    if (status !== 0) throw new Error(`${args.join(' ')}: ${String(status)}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** `-V`: it says what it does with each message. Throws where it fails. */
  async mbsync(...args: readonly string[]): Promise<string> {
    await mkdir(this.path('.mbsync'), { recursive: true });
    const { status, stdout, stderr } = await this.run('mbsync', [
      '-c',
      this.path('mbsyncrc'),
      '-V',
      ...args,
    ]);
    if (status !== 0) throw new Error(`mbsync: ${String(status)}: ${stderr}${stdout}`);
    return stdout + stderr;
  }

  async offlineimap(): Promise<string> {
    const args = ['-o', '-u', 'basic', '-c', this.path('offlineimaprc')];
    const { status, stdout, stderr } = await this.run('offlineimap', args);
    if (status !== 0) throw new Error(`offlineimap: ${String(status)}: ${stderr}${stdout}`);
    return stdout + stderr;
  }

  /** Configuration of an account `work` whose mail is in `mail/`, as a person would write it by hand. */
  configure(options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { ports, ca } = this.#dovecot;
    // mbsync compares names of certificates, not addresses.
    const host = 'localhost';
    const { address, password } = this.user;
    const incoming = {
      ...{ host, port: ports.imaps, security: 'tls', tls: { ca }, username: address },
      password: { command: ['echo', password] },
    };
    const account = { type: 'imap', send: false, identity: { address }, incoming, path: 'mail' };
    return this.write(
      'config.yaml',
      JSON.stringify({ version: 1, options, accounts: { work: account } }),
    );
  }

  async run(command: string, args: readonly string[]): Promise<Outcome> {
    const env = { HOME: this.dir, PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };
    return outcome(spawn(command, args, { env, cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Subjects with their flags in a folder of `mail/`, e.g. `one FS`; sorted. */
  async here(folder: string): Promise<string[]> {
    const shown: string[] = [];
    for (const part of ['new', 'cur'])
      for (const name of await readdir(this.path('mail', folder, part)).catch(() => [])) {
        const text = await readFile(this.path('mail', folder, part, name), 'utf8');
        shown.push(
          `${/^Subject: (.*)$/m.exec(text)?.[1] ?? '?'} ${name.split(':2,')[1] ?? ''}`.trim(),
        );
      }
    return shown.sort();
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function makePlace(dovecot: Dovecot, user: User): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'posthorn-coming-'));
  await mkdir(join(dir, 'mail'));
  return new Place(dir, dovecot, user);
}

/** Without a Message-ID where `id` is null. */
export function mail(subject: string, id: string | null = subject): Buffer {
  const messageId = id === null ? '' : `Message-ID: <${id}@example.org>\r\n`;
  return Buffer.from(
    `From: a@example.org\r\n${messageId}Subject: ${subject}\r\n\r\nText of ${subject}.\r\n`,
  );
}

/** What a sync that has nothing to do tells of each folder. */
export const nothing = {
  ...{ fetched: 0, uploaded: 0, movedHere: 0, movedThere: 0, copiedThere: 0 },
  ...{ flaggedHere: 0, flaggedThere: 0, deletedHere: 0, deletedThere: 0, error: null },
};
