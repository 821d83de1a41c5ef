/** A real Dovecot of a test's own: IMAP, POP3, LMTP and SASL on loopback, in a temporary folder, gone with the test. */
import { chmod, chown, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from './accounts.ts';
import type { User } from './accounts.ts';
import { createAuthority } from './authority.ts';
import type { Authority, Certificate, CertificateKind } from './authority.ts';
import { dovecotConfiguration } from './dovecot-config.ts';
import { authSocket, mailOwner } from './dovecot-settings.ts';
import type { DovecotPorts, DovecotSettings } from './dovecot-settings.ts';
import { withFreePorts } from './free-ports.ts';
import { Guard, untilReady } from './guard.ts';
import { writeMessages } from './maildir-files.ts';
import type { DeliverOptions } from './maildir-files.ts';
import { output, requirePrograms } from './programs.ts';
import { encodeFolder, RawImap } from './raw-imap.ts';
import type { AppendOptions, FolderStatus, ServerMessage } from './raw-imap.ts';

export type { User } from './accounts.ts';
export type { AppendOptions, FolderStatus, ServerMessage } from './raw-imap.ts';

export interface DovecotOptions extends DovecotSettings {
  /** Names of the first users, `alice`, `bob` and `carol` unless given; the password of NAME is `NAME-secret`. */
  users?: readonly string[];
  /** One of its own unless given. */
  authority?: Authority;
  /** What the server presents, `good` unless given. */
  certificate?: CertificateKind | Certificate;
}

const dovecot = '/usr/sbin/dovecot';
const doveadm = '/usr/bin/doveadm';
export const domain = 'example.org';

/** `doveadm mailbox` accepts folder names in UTF-8, the disk has them in modified UTF-7. */
export class Dovecot {
  readonly host: string;
  readonly ports: DovecotPorts;
  readonly authority: Authority;
  /** Everything of this server stands here. */
  readonly folder: string;
  readonly #settings: DovecotSettings;
  readonly #accounts: Accounts;
  readonly #guard: Guard;
  #added = 0;

  constructor(place: Place, ports: DovecotPorts, guard: Guard) {
    this.host = place.host;
    this.ports = ports;
    this.authority = place.authority;
    this.folder = place.folder;
    this.#settings = place.options;
    this.#accounts = place.accounts;
    this.#guard = guard;
  }

  /** Path of the certificate to trust. */
  get ca(): string {
    return this.authority.ca;
  }

  get users(): User[] {
    return this.#accounts.list();
  }

  /** Unix socket on which Postfix checks passwords. */
  get authSocket(): string {
    return authSocket(this.folder);
  }

  /** Postfix table (texthash) of the addresses that exist. */
  get addresses(): string {
    return this.#accounts.addresses;
  }

  /** One of the users by name, without domain. */
  user(name: string): User {
    return this.#accounts.get(name);
  }

  /** A fresh user with an empty mailbox. */
  addUser(name = `user${(this.#added += 1)}`, password = `${name}-secret`): Promise<User> {
    return this.#accounts.put(name, password);
  }

  /** Resolves once the server knows the new password, which takes up to a second. */
  async setPassword(user: User, password: string): Promise<User> {
    const name = user.address.slice(0, user.address.indexOf('@'));
    const changed = await this.#accounts.put(name, password);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const test = this.doveadm('auth', 'test', user.address, password);
      const known = await test.then(
        () => true,
        () => false,
      );
      if (known) return changed;
    }
    throw new Error(`Dovecot does not take the new password of ${user.address}`);
  }

  /**
   * Writes message files into the user's Maildir behind Dovecot's back: fast, and exact but for
   * bare LF, which Dovecot shows as CRLF. With sdbox the messages go in by `append`.
   */
  async deliver(
    user: User,
    folder: string,
    messages: Buffer | readonly Buffer[],
    options: DeliverOptions = {},
  ): Promise<void> {
    const list = Buffer.isBuffer(messages) ? [messages] : messages;
    if (this.#settings.format === 'sdbox') {
      return this.append(
        user,
        folder,
        list,
        options.date === undefined ? {} : { date: options.date },
      );
    }
    if (folder !== 'INBOX') await this.createFolder(user, folder);
    await writeMessages(await this.maildir(user, folder), list, mailOwner, options);
  }

  /** APPEND over IMAP, octet by octet. */
  async append(
    user: User,
    folder: string,
    messages: Buffer | readonly Buffer[],
    options: AppendOptions = {},
  ): Promise<void> {
    const list = Buffer.isBuffer(messages) ? [messages] : messages;
    if (folder !== 'INBOX') await this.createFolder(user, folder);
    await this.#withImap(user, async (imap) => {
      for (const raw of list) await imap.append(folder, raw, options);
    });
  }

  /** The folder on disk that holds new/ and cur/. */
  async maildir(user: User, folder = 'INBOX'): Promise<string> {
    const home = join(this.folder, 'mail', user.address);
    await mkdir(home, { recursive: true, mode: 0o700 });
    await chown(home, mailOwner.uid, mailOwner.gid);
    const root = join(home, 'Maildir');
    if (folder === 'INBOX') return root;
    const { format, separator = '/' } = this.#settings;
    const name = encodeFolder(folder);
    if (format === 'maildir-fs') return join(root, name.replaceAll(separator, '/'));
    return join(root, `.${name.replaceAll(separator, '.')}`);
  }

  /** What the server holds, read by a client that shares no code with the program under test. */
  serverMessages(user: User, folder = 'INBOX'): Promise<ServerMessage[]> {
    return this.#withImap(user, (imap) => imap.messages(folder));
  }

  status(user: User, folder = 'INBOX'): Promise<FolderStatus> {
    return this.#withImap(user, (imap) => imap.open(folder));
  }

  folders(user: User): Promise<{ name: string; flags: string[]; separator: string }[]> {
    return this.#withImap(user, (imap) => imap.folders());
  }

  /** Resolves when the folder holds `count` messages; fails after 20 seconds of silence. */
  waitForMessages(user: User, folder: string, count: number): Promise<void> {
    return this.#withImap(user, (imap) => imap.waitFor(folder, count));
  }

  /** A client logged in over TLS, for whatever else a test has to do; the test closes it. */
  async imap(user: User): Promise<RawImap> {
    const tls = { rejectUnauthorized: false };
    const imap = await RawImap.open({ host: this.host, port: this.ports.imaps, tls });
    await imap.login(user.address, user.password);
    return imap;
  }

  async createFolder(user: User, folder: string): Promise<void> {
    await this.doveadm('mailbox', 'create', '-u', user.address, folder).catch((error: unknown) => {
      if (!String(error).includes('already exists')) throw error;
    });
  }

  /** The folder again, empty and with another UIDVALIDITY; not for INBOX. */
  async recreateFolder(user: User, folder: string): Promise<void> {
    await this.doveadm('mailbox', 'delete', '-u', user.address, folder);
    await this.createFolder(user, folder);
  }

  /** The same messages under another UIDVALIDITY, as after a server was restored. */
  async setUidValidity(user: User, folder: string, value: number): Promise<void> {
    const change = ['--uid-validity', String(value)];
    await this.doveadm('mailbox', 'update', '-u', user.address, ...change, folder);
  }

  /** Ends the user's connections, if there are any, and waits until they are gone. */
  async kick(user: User): Promise<void> {
    const connected = async (): Promise<boolean> =>
      (await this.doveadm('-f', 'flow', 'who', user.address)).includes(user.address);
    for (let attempt = 0; await connected(); attempt += 1) {
      if (attempt === 100) throw new Error(`${user.address} can't be disconnected`);
      await this.doveadm('kick', user.address).catch((error: unknown) => {
        // EX_NOUSER: the connection has ended by itself meanwhile.
        if (!String(error).includes('exit 67:') && !String(error).includes('exit 68:')) throw error;
      });
    }
  }

  doveadm(...args: string[]): Promise<string> {
    return output(doveadm, ['-c', join(this.folder, 'dovecot.conf'), ...args]);
  }

  /** What the server said, oldest first. */
  async log(): Promise<string> {
    const read = (name: string): Promise<string> => readFile(join(this.folder, name), 'utf8');
    return (await read('output.log')) + (await read('dovecot.log'));
  }

  /** Down, everything kept. */
  pause(): Promise<void> {
    return this.#guard.stop();
  }

  /** Up again, on the same ports. */
  async resume(): Promise<void> {
    await this.#guard.start();
    await untilReady(
      this.#guard,
      () => this.#greet(),
      () => this.log(),
    );
  }

  /** Ends the server and removes all of it. */
  stop(): Promise<void> {
    return this.#guard.end();
  }

  async #greet(): Promise<void> {
    const imap = await RawImap.open({ host: this.host, port: this.ports.imap });
    await imap.close();
  }

  async #withImap<T>(user: User, use: (imap: RawImap) => Promise<T>): Promise<T> {
    const imap = await this.imap(user);
    try {
      return await use(imap);
    } finally {
      await imap.close();
    }
  }
}

interface Place {
  folder: string;
  host: string;
  authority: Authority;
  accounts: Accounts;
  options: DovecotOptions;
  version: string;
}

async function versionOfDovecot(): Promise<string> {
  await requirePrograms([dovecot, doveadm]);
  return (await output(dovecot, ['--version'])).trim();
}

async function furnish(folder: string, options: DovecotOptions, version: string): Promise<Place> {
  // Dovecot's users have to walk through the folder, not to list it.
  await chmod(folder, 0o711);
  for (const name of ['run', 'state', 'users']) await mkdir(join(folder, name), { mode: 0o755 });
  await mkdir(join(folder, 'mail'), { mode: 0o700 });
  await chown(join(folder, 'mail'), mailOwner.uid, mailOwner.gid);
  await writeFile(join(folder, 'dovecot.log'), '');
  const authority = options.authority ?? (await createAuthority(join(folder, 'tls')));
  const accounts = new Accounts(folder, domain);
  for (const name of options.users ?? ['alice', 'bob', 'carol']) {
    await accounts.put(name, `${name}-secret`);
  }
  const host = options.disablePlaintextAuth === true ? '127.0.0.2' : '127.0.0.1';
  return { folder, host, authority, accounts, options, version };
}

async function launch(place: Place, guard: Guard, numbers: number[]): Promise<Dovecot> {
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0] = numbers;
  const { folder, host, options, authority } = place;
  const ports = { imap, imaps, pop3, pop3s, lmtp };
  const kind = options.certificate ?? 'good';
  const certificate = typeof kind === 'string' ? await authority.certificate(kind) : kind;
  const settings = { ...options, folder, host, ports, certificate };
  const text = dovecotConfiguration(place.version, settings);
  await writeFile(join(folder, 'dovecot.conf'), text);
  const server = new Dovecot(place, ports, guard);
  await server.resume();
  return server;
}

/** Starts a Dovecot in a fraction of a second; `stop()` it, though it also goes when the process goes. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const version = await versionOfDovecot();
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-dovecot-'));
  const guard = new Guard(folder, dovecot, ['-F', '-c', join(folder, 'dovecot.conf')]);
  try {
    const place = await furnish(folder, options, version);
    const host = place.host;
    return await withFreePorts(host, 5, (numbers) => launch(place, guard, numbers));
  } catch (error) {
    await guard.end();
    throw error;
  }
}
