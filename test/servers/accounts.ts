/** The people of a test's mail server, each in a passwd-file that Dovecot reads when it is needed. */
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

export interface User {
  /** Login name and address, `alice@example.org`. */
  address: string;
  password: string;
}

export class Accounts {
  readonly #folder: string;
  readonly #domain: string;
  readonly #users = new Map<string, User>();

  constructor(folder: string, domain: string) {
    this.#folder = folder;
    this.#domain = domain;
  }

  /** Postfix's table of the addresses that exist (texthash). */
  get addresses(): string {
    return join(this.#folder, 'addresses');
  }

  list(): User[] {
    return [...this.#users.values()];
  }

  get(name: string): User {
    const user = this.#users.get(name);
    if (user === undefined) throw new Error(`there is no user ${name}`);
    return user;
  }

  async put(name: string, password: string): Promise<User> {
    if (/[:\s@/]/.test(name) || /[\r\n\0]/.test(password)) throw new Error(`no user like ${name}`);
    const user = { address: `${name}@${this.#domain}`, password };
    this.#users.set(name, user);
    // As it stands where it can: colons divide the fields.
    const shown = /[:\s]/.test(password)
      ? `{PLAIN.b64}${Buffer.from(password).toString('base64')}`
      : `{PLAIN}${password}`;
    const entry = `${user.address}:${shown}::::::\n`;
    await replaceFile(join(this.#folder, 'users', user.address), entry);
    const table = this.list().map(({ address }) => `${address} ok\n`);
    await replaceFile(this.addresses, table.join(''));
    return user;
  }
}
