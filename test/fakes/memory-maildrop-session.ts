/** A POP3 session over mail in memory. */

import type { ListedMail } from '../../src/core/maildrop/maildrop.ts';
import { RefusedError } from '../../src/errors.ts';
import type {
  MaildropListing,
  MaildropSession,
  Retrieved,
} from '../../src/ports/receiving/maildrop-source.ts';
import { messageIdHash } from '../../src/wire/message-id.ts';
import { MemorySession, notGiven, type ServedMessage } from './served-mail.ts';

export class MemoryMaildropSession extends MemorySession implements MaildropSession {
  get #messages(): readonly ServedMessage[] {
    return this.server.folder().messages;
  }

  async list(): Promise<MaildropListing> {
    await this.ask('list');
    const { listedAtMost } = this.server.faults;
    const mail = this.#messages.map(({ id, text }, at): ListedMail => ({
      id,
      number: at + 1,
      size: text.length,
    }));
    if (listedAtMost === null) return { mail, complete: true };
    return { mail: mail.slice(0, listedAtMost), complete: false };
  }

  async *retrieve(mail: readonly ListedMail[]): AsyncGenerator<readonly Retrieved[]> {
    let isWhole = false;
    try {
      for (let at = 0; at < mail.length; at += this.server.batchSize)
        yield* this.#batch(mail.slice(at, at + this.server.batchSize));
      isWhole = true;
    } finally {
      this.spent ||= !isWhole;
    }
  }

  async *#batch(mail: readonly ListedMail[]): AsyncGenerator<readonly Retrieved[]> {
    await this.ask(`retrieve ${mail.map(({ id }) => id).join()}`);
    const batch: Retrieved[] = [];
    for (const each of mail) {
      const served = this.#messages.find(({ id }) => id === each.id);
      if (served === undefined) throw this.broken();
      this.server.asked.push(each.id);
      if (this.server.faults.hangsUpAt.has(each.id)) {
        yield batch;
        throw this.broken();
      }
      const breaks = this.server.breaksNow();
      if (this.server.refuses(each.id))
        batch.push({ kind: 'refused', mail: each, error: notGiven() });
      else batch.push({ kind: 'message', mail: each, body: this.body(served, breaks) });
      if (!breaks) continue;
      yield batch;
      throw this.broken();
    }
    yield batch;
  }

  async messageIds(
    mail: readonly ListedMail[],
  ): Promise<ReadonlyMap<string, string | null> | null> {
    await this.ask('messageIds');
    if (!this.server.hasTop) return null;
    return new Map(
      mail.map(({ id }) => {
        const text = this.#messages.find((message) => message.id === id)?.text ?? '';
        return [id, messageIdHash(Buffer.from(text))];
      }),
    );
  }

  async remove(mail: readonly ListedMail[]): Promise<readonly string[]> {
    await this.ask('remove');
    this.spent = true;
    const { atQuit } = this.server.faults;
    if (atQuit === 'refuse') throw new RefusedError('the server refused QUIT');
    const ids = new Set(mail.map(({ id }) => id));
    const isMeant = ({ id }: ServedMessage): boolean => ids.has(id);
    const folder = this.server.folder();
    this.server.deleted.push(...folder.messages.filter(isMeant).map(({ text }) => text));
    folder.messages = folder.messages.filter((message) => !isMeant(message));
    if (atQuit === 'delete-and-break') throw this.broken();
    await this.removed();
    return [...ids];
  }

  async removed(): Promise<void> {
    this.spent = false;
    await this.ask('removed');
    this.spent = true;
  }
}
