/** The account's connection, made anew once it is spent: one folder's broken fetch does not cost the others their mail. */

interface Spendable {
  readonly spent: boolean;
  close(): Promise<void>;
}

export class ReconnectingSession<S extends Spendable> {
  readonly #connect: () => Promise<S>;
  #session: S | null = null;

  constructor(connect: () => Promise<S>) {
    this.#connect = connect;
  }

  /** Connects at the first call, and wherever the last connection is of no more use. */
  async current(): Promise<S> {
    if (this.#session !== null && !this.#session.spent) return this.#session;
    await this.close();
    this.#session = await this.#connect();
    return this.#session;
  }

  /** The last connection is of no more use. */
  get spent(): boolean {
    return this.#session?.spent === true;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }
}
