/** A POP3 server over the demo's mailboxes: RFC 1939, CAPA (2449), AUTH (5034), STLS (2595). */

import { createHash } from 'node:crypto';
import {
  allMechanisms,
  authenticate,
  findUser,
  fromBase64,
  isMechanism,
  timestamp,
} from '../auth.ts';
import type { Mechanism } from '../auth.ts';
import type { Connection } from '../connection.ts';
import { listen, type DemoServer, type ListenOptions } from '../listener.ts';
import type { DemoUser } from '../mail/mailbox.ts';
import { openMaildrop, type Maildrop, type MaildropFaults } from './maildrop.ts';
import { stuffed, top } from './message.ts';

export interface Pop3Options extends ListenOptions, MaildropFaults {
  users: readonly DemoUser[];
  /** Default PLAIN, LOGIN and CRAM-MD5. */
  mechanisms?: readonly Mechanism[];
  /** Commands that this server does not know, e.g. `CAPA`, `UIDL`, `TOP`, `APOP`, `PIPELINING`. */
  hide?: readonly string[];
  /** Refuses every login with this answer, e.g. `[SYS/TEMP] try again`. */
  refuseLogin?: string;
  /** One session a maildrop at a time (RFC 1939 section 4); default false. */
  lock?: boolean;
}

/** An answer of `-ERR`. */
class Refusal extends Error {}

export function startPop3Server(options: Pop3Options): Promise<DemoServer> {
  const locked = new Set<DemoUser>();
  return listen(options, (connection) => new Session(connection, options, locked).run());
}

class Session {
  readonly #connection: Connection;
  readonly #options: Pop3Options;
  readonly #locked: Set<DemoUser>;
  readonly #timestamp = timestamp();
  #name = '';
  #user: DemoUser | undefined;
  #maildrop: Maildrop | undefined;

  constructor(connection: Connection, options: Pop3Options, locked: Set<DemoUser>) {
    this.#connection = connection;
    this.#options = options;
    this.#locked = locked;
  }

  async run(): Promise<void> {
    try {
      const apop = this.#knows('APOP') ? ` ${this.#timestamp}` : '';
      await this.#connection.write(`+OK posthorn demo POP3 server ready${apop}\r\n`);
      for (let line = await this.#connection.line(); line !== undefined;) {
        const [command = '', ...words] = line.toString().split(' ');
        if ((await this.#answer(command.toUpperCase(), words)) === 'quit') return;
        line = await this.#connection.line();
      }
    } finally {
      if (this.#user !== undefined) this.#locked.delete(this.#user);
    }
  }

  async #answer(command: string, words: readonly string[]): Promise<'quit' | undefined> {
    const secret = ['PASS', 'APOP', 'AUTH', 'USER'].includes(command);
    this.#connection.command = secret ? command : [command, ...words].join(' ');
    try {
      if (!this.#knows(command)) throw new Refusal('unknown command');
      await this.#run(command, words);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#connection.write(`-ERR ${error.message}\r\n`);
    }
    return command === 'QUIT' ? 'quit' : undefined;
  }

  async #run(command: string, words: readonly string[]): Promise<void> {
    switch (command) {
      case 'CAPA':
        return await this.#lines('capabilities', this.#capabilities());
      case 'STLS':
        return await this.#stls();
      case 'USER':
        this.#name = words.join(' ');
        return await this.#ok('password, please');
      case 'PASS':
        return await this.#login(findUser(this.#options.users, this.#name, words.join(' ')));
      case 'APOP':
        return await this.#login(this.#apop(words));
      case 'AUTH':
        return await this.#auth(words);
      case 'QUIT':
        this.#maildrop?.commit();
        return await this.#ok('good bye');
      default:
        return await this.#transaction(command, words);
    }
  }

  async #transaction(command: string, words: readonly string[]): Promise<void> {
    const maildrop = this.#maildrop;
    if (maildrop === undefined) throw new Refusal('log in first');
    switch (command) {
      case 'STAT':
        return await this.#ok(maildrop.stat());
      case 'LIST':
      case 'UIDL':
        return await this.#listing(maildrop, command, words[0]);
      case 'RETR':
        return await this.#message(existing(maildrop, words[0]).octets);
      case 'TOP':
        return await this.#message(top(existing(maildrop, words[0]).octets, Number(words[1])));
      case 'DELE':
        maildrop.delete(existing(maildrop, words[0]));
        return await this.#ok('deleted at QUIT');
      case 'RSET':
        maildrop.reset();
        return await this.#ok('nothing deleted');
      case 'NOOP':
        return await this.#ok('here');
      default:
        throw new Refusal('unknown command');
    }
  }

  async #listing(maildrop: Maildrop, command: 'LIST' | 'UIDL', word?: string): Promise<void> {
    const field = command === 'LIST' ? 'size' : 'uidl';
    if (word !== undefined) {
      const entry = existing(maildrop, word);
      return await this.#ok(`${entry.number} ${entry[field]}`);
    }
    const lines = maildrop.entries().map((entry) => `${entry.number} ${entry[field]}`);
    await this.#lines(maildrop.stat(), lines);
  }

  #capabilities(): string[] {
    const all = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING'];
    if (this.#options.security === 'starttls' && !this.#connection.encrypted) all.push('STLS');
    else all.push('USER', `SASL ${this.#mechanisms().join(' ')}`);
    return all.filter((capability) => this.#knows(capability.split(' ')[0] ?? ''));
  }

  async #stls(): Promise<void> {
    const { tls, security } = this.#options;
    if (security !== 'starttls' || tls === undefined || this.#connection.encrypted) {
      throw new Refusal('no STLS here');
    }
    await this.#ok('begin TLS');
    this.#connection.startTls(tls);
  }

  async #auth([mechanism, initial]: readonly string[]): Promise<void> {
    if (mechanism === undefined) return await this.#lines('mechanisms', this.#mechanisms());
    const name = mechanism.toUpperCase();
    if (!isMechanism(name) || !this.#mechanisms().includes(name))
      throw new Refusal('unknown mechanism');
    const response = initial === undefined ? undefined : fromBase64(initial);
    const exchange = async (challenge: string) => {
      await this.#connection.write(`+ ${Buffer.from(challenge).toString('base64')}\r\n`);
      const answer = String((await this.#connection.line()) ?? '*');
      return answer === '*' ? undefined : fromBase64(answer);
    };
    await this.#login(await authenticate(this.#options.users, name, response, exchange));
  }

  /** RFC 1939 section 7: the digest of the greeting's timestamp and the password. */
  #apop([name, digest]: readonly string[]): DemoUser | undefined {
    return this.#options.users.find((user) => {
      const expected = createHash('md5').update(this.#timestamp + user.password);
      return user.name === name && expected.digest('hex') === digest;
    });
  }

  async #login(user: DemoUser | undefined): Promise<void> {
    const { refuseLogin, security, lock } = this.#options;
    if (this.#maildrop !== undefined) throw new Refusal('logged in already');
    if (security === 'starttls' && !this.#connection.encrypted) throw new Refusal('STLS first');
    if (refuseLogin !== undefined) throw new Refusal(refuseLogin);
    if (user === undefined) throw new Refusal('[AUTH] wrong name or password');
    if (lock === true && this.#locked.has(user))
      throw new Refusal('[IN-USE] another session is open');
    this.#user = user;
    this.#locked.add(user);
    this.#maildrop = openMaildrop(user.mailbox.inbox, this.#options);
    await this.#ok(this.#maildrop.stat());
  }

  #mechanisms(): readonly Mechanism[] {
    return this.#options.mechanisms ?? allMechanisms;
  }

  #knows(command: string): boolean {
    return !(this.#options.hide ?? []).includes(command);
  }

  async #ok(text: string): Promise<void> {
    await this.#connection.write(`+OK ${text}\r\n`);
  }

  async #lines(status: string, lines: readonly string[]): Promise<void> {
    const body = lines.map((line) => `${line}\r\n`).join('');
    await this.#connection.write(`+OK ${status}\r\n${body}.\r\n`);
  }

  async #message(lines: Buffer): Promise<void> {
    await this.#connection.write(`+OK ${lines.length} octets\r\n`, stuffed(lines));
  }
}

function existing(maildrop: Maildrop, word: string | undefined) {
  const entry = maildrop.entry(Number(word));
  if (entry === undefined) throw new Refusal('no such message');
  return entry;
}
