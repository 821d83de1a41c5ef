/** The people of a test's mail server, each in a passwd-file that Dovecot reads when it is needed. */
import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface User {
  /** Login name and address, `alice@example.org`. */
  address: string;
  password: string;
}

export class Accounts {
  readonly #folder: string;
  readonly #domain: string;
  readonly #users = new Map<string, User>();
  #changes = 0;

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
    if (/[:\s@/]/.test(name) || /[:\s]/.test(password)) throw new Error(`no user like ${name}`);
    const user = { address: `${name}@${this.#domain}`, password };
    this.#users.set(name, user);
    const entry = `${user.address}:{PLAIN}${password}::::::\n`;
    await this.#replace(join(this.#folder, 'users', user.address), entry);
    const table = this.list().map(({ address }) => `${address} ok\n`);
    await this.#replace(this.addresses, table.join(''));
    return user;
  }

  /** Dovecot compares the modification time in whole seconds, so each change gets a second of its own. */
  async #replace(path: string, text: string): Promise<void> {
    this.#changes += 1;
    const time = Math.floor(Date.now() / 1000) + this.#changes;
    const fresh = join(this.#folder, `fresh.${this.#changes}`);
    await writeFile(fresh, text, { mode: 0o644 });
    await utimes(fresh, time, time);
    await rename(fresh, path);
  }
}
