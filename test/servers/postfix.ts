/** A real Postfix of a test's own: submission and smtps, passwords and mailboxes by Dovecot; nothing leaves the machine. */
import { chmod, chown, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Certificate, CertificateKind } from './authority.ts';
import { Dialogue } from './dialogue.ts';
import { domain } from './dovecot.ts';
import type { Dovecot } from './dovecot.ts';
import { withFreePorts } from './free-ports.ts';
import { Guard, untilReady } from './guard.ts';
import { mainConfiguration, masterConfiguration, verdictsFile } from './postfix-config.ts';
import type { PostfixPlace, PostfixPorts, PostfixSettings } from './postfix-config.ts';
import { output, requirePrograms } from './programs.ts';
import { replaceFile } from './replace-file.ts';

export interface PostfixOptions extends PostfixSettings {
  /** Checks the passwords, takes the mail, and lends its authority. */
  dovecot: Dovecot;
  /** What the server presents, `good` unless given. */
  certificate?: CertificateKind | Certificate;
}

const master = '/usr/lib/postfix/sbin/master';
const postqueue = '/usr/sbin/postqueue';

/** `reject@example.org` is refused for good, `later@example.org` for now; `setVerdict` adds others. */
const firstVerdicts = {
  [`reject@${domain}`]: '550 5.1.1 there is no such mailbox',
  [`later@${domain}`]: '451 4.3.0 the mailbox is busy, try again later',
};

export class Postfix {
  readonly host: string;
  readonly ports: PostfixPorts;
  readonly ca: string;
  readonly folder: string;
  readonly #guard: Guard;
  readonly #verdicts = new Map<string, string>(Object.entries(firstVerdicts));

  constructor(place: PostfixPlace, guard: Guard) {
    this.host = place.host;
    this.ports = place.ports;
    this.ca = place.dovecot.ca;
    this.folder = place.folder;
    this.#guard = guard;
  }

  /** The reply to RCPT TO for an address from now on, e.g. `452 4.2.2 mailbox full`; `undefined` lets it pass. */
  async setVerdict(address: string, reply: string | undefined): Promise<void> {
    if (reply === undefined) this.#verdicts.delete(address);
    else this.#verdicts.set(address, reply);
    await this.writeVerdicts();
  }

  async writeVerdicts(): Promise<void> {
    const lines = [...this.#verdicts].map(([address, reply]) => `${address} ${reply}\n`);
    await replaceFile(verdictsFile(this.folder), lines.join(''));
  }

  /** Down: its ports refuse; queue and configuration stay. */
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

  /** What the server said. */
  async log(): Promise<string> {
    const read = (name: string): Promise<string> =>
      readFile(join(this.folder, name), 'utf8').catch(() => '');
    return (await read('output.log')) + (await read('mail.log'));
  }

  /** Messages that wait in the queue, each as a line of JSON (postqueue -j). */
  async queued(): Promise<string[]> {
    const listing = await output(postqueue, ['-c', join(this.folder, 'config'), '-j']);
    return listing.split('\n').filter((line) => line !== '');
  }

  /** Ends the server and removes all of it. */
  stop(): Promise<void> {
    return this.#guard.end();
  }

  async #greet(): Promise<void> {
    const dialogue = await Dialogue.open({ host: this.host, port: this.ports.smtp });
    const greeting = await dialogue.readLine();
    dialogue.close();
    if (!greeting.startsWith('220 ')) throw new Error(greeting);
  }
}

async function requirePostfix(): Promise<void> {
  await requirePrograms([master, postqueue]);
  if (userInfo().uid !== 0)
    throw new Error('Postfix runs as root alone: start these tests as root');
}

/** Numeric id of a name in /etc/passwd or /etc/group. */
async function idOf(file: 'passwd' | 'group', name: string): Promise<number> {
  const lines = (await readFile(`/etc/${file}`, 'utf8')).split('\n');
  const id = lines.map((line) => line.split(':')).find(([found]) => found === name)?.[2];
  if (id === undefined) throw new Error(`${name} is missing in /etc/${file}: install postfix`);
  return Number(id);
}

const queues = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold'],
  ...['incoming', 'private', 'saved', 'trace'],
];

/** The folders of postfix-files(5) with their owners; `postfix check` would take a second for it. */
async function furnish(folder: string): Promise<void> {
  const owner = await idOf('passwd', 'postfix');
  const postdrop = await idOf('group', 'postdrop');
  const make = async (path: string, mode: number, group: number): Promise<void> => {
    await mkdir(join(folder, path));
    await chown(join(folder, path), owner, group);
    await chmod(join(folder, path), mode);
  };
  await chmod(folder, 0o711);
  for (const name of ['config', 'queue', 'queue/pid']) {
    await mkdir(join(folder, name), { mode: 0o755 });
  }
  await make('data', 0o700, 0);
  for (const name of queues) await make(`queue/${name}`, 0o700, 0);
  await make('queue/maildrop', 0o730, postdrop);
  await make('queue/public', 0o710, postdrop);
}

async function launch(
  folder: string,
  guard: Guard,
  options: PostfixOptions,
  numbers: number[],
): Promise<Postfix> {
  const [smtp = 0, submission = 0, smtps = 0] = numbers;
  const kind = options.certificate ?? 'good';
  const certificate =
    typeof kind === 'string' ? await options.dovecot.authority.certificate(kind) : kind;
  const ports = { smtp, submission, smtps };
  const place = { ...options, folder, host: '127.0.0.1', ports, certificate, domain };
  await replaceFile(join(folder, 'config', 'main.cf'), mainConfiguration(place));
  await replaceFile(join(folder, 'config', 'master.cf'), masterConfiguration(place));
  const server = new Postfix(place, guard);
  await server.writeVerdicts();
  await server.resume();
  return server;
}

/** Starts a Postfix beside a Dovecot; `stop()` it, though it also goes when the process goes. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  await requirePostfix();
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-postfix-'));
  const guard = new Guard(folder, master, ['-s', '-c', join(folder, 'config')]);
  try {
    await furnish(folder);
    return await withFreePorts('127.0.0.1', 3, (ports) => launch(folder, guard, options, ports));
  } catch (error) {
    await guard.end();
    throw error;
  }
}
