/** What every MaildropSource must do, run against each implementation. */

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedMail } from '../../src/core/maildrop/maildrop.ts';
import type { MaildropSession, Retrieved } from '../../src/ports/receiving/maildrop-source.ts';
import type { MessageBody } from '../../src/ports/receiving/message-body.ts';

/** A server with one maildrop, which nobody else changes while a session is open. */
export interface MaildropWorld {
  /** Puts them there, in this order. Whole lines, CRLF. */
  deliver(messages: readonly Buffer[]): Promise<void>;
  connect(): Promise<MaildropSession>;
  /** What is there now, in the server's order. */
  left(): Promise<readonly Buffer[]>;
  /** From now on the server refuses to give the message with this number. Left out where none can be made to. */
  refuse?(number: number): void;
  /** From now on these numbers share one UIDL. Left out where none can be made to. */
  share?(numbers: readonly number[]): void;
  /** From now on STAT counts one more than is listed. Left out where none can be made to. */
  countMore?(): void;
  dispose(): Promise<void>;
}

export interface WorldAbilities {
  readonly title: string;
  /** The server knows TOP. */
  readonly top: boolean;
  /** Messages are given back with exactly these octets. */
  makeWorld(): Promise<MaildropWorld>;
}

/** The octets of a body; a stream is read to its end. */
export async function octetsOf(body: MessageBody): Promise<Buffer> {
  if (body.kind === 'whole') return Buffer.concat(body.octets);
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** What became of each, in order: its octets, or why it was refused. */
export async function retrieved(
  session: MaildropSession,
  mail: readonly ListedMail[],
): Promise<{ id: string; octets: Buffer | null }[]> {
  const found: { id: string; octets: Buffer | null }[] = [];
  for await (const batch of session.retrieve(mail))
    for (const each of batch) found.push(await outcome(each));
  return found;
}

async function outcome(each: Retrieved): Promise<{ id: string; octets: Buffer | null }> {
  const octets = each.kind === 'message' ? await octetsOf(each.body) : null;
  return { id: each.mail.id, octets };
}

function message(number: number, lines = 3): Buffer {
  const body = Array.from({ length: lines }, (_, line) => `.${line} of ${number}, ä\r\n`).join('');
  const header = `Subject: ${number}\r\nMessage-ID: <${number}@example.org>\r\n\r\n`;
  return Buffer.from(header + body);
}

function hashOf(number: number): string {
  return createHash('sha256').update(`<${number}@example.org>`).digest('hex').slice(0, 16);
}

const few = [1, 2, 3, 4, 5].map((number) => message(number));

export function maildropSourceContract({ title, top, makeWorld }: WorldAbilities): void {
  describe(`maildrop source: ${title}`, () => {
    let world: MaildropWorld;
    const sessions: MaildropSession[] = [];

    beforeEach(async () => {
      world = await makeWorld();
    });

    afterEach(async () => {
      for (const session of sessions.splice(0)) await session.close();
      await world.dispose();
    });

    async function connect(): Promise<MaildropSession> {
      const session = await world.connect();
      sessions.push(session);
      return session;
    }

    async function opened(messages: readonly Buffer[] = few) {
      await world.deliver(messages);
      const session = await connect();
      const { mail } = await session.list();
      return { session, mail };
    }

    describe('a listing', () => {
      it('has every message once, ascending, with ids that are the same the next time', async () => {
        const { session, mail } = await opened();
        expect(mail.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
        expect(new Set(mail.map(({ id }) => id)).size).toBe(5);
        expect(await session.list()).toEqual({ mail, complete: true });
        await session.close();
        expect((await (await connect()).list()).mail).toEqual(mail);
      });

      it('of an empty maildrop is empty, and complete', async () => {
        const session = await connect();
        expect(await session.list()).toEqual({ mail: [], complete: true });
        expect(session.spent).toBe(false);
      });

      it('is not complete where STAT counts more', async () => {
        world.countMore?.();
        const { session } = await opened();
        expect((await session.list()).complete).toBe(world.countMore === undefined);
      });

      it('gives messages that share a UIDL ids of their own, none of them the UIDL', async () => {
        world.share?.([2, 4]);
        const { mail } = await opened();
        const shared = mail.filter(({ sharedUidl }) => sharedUidl !== undefined);
        expect(shared.map(({ number }) => number)).toEqual(world.share === undefined ? [] : [2, 4]);
        expect(new Set(mail.map(({ id }) => id)).size).toBe(5);
        for (const { id, sharedUidl } of shared) expect(id).not.toBe(sharedUidl);
      });
    });

    describe('retrieving', () => {
      it('gives octet by octet what is there, each once, in the order that was asked for', async () => {
        const { session, mail } = await opened();
        const asked = [...mail].reverse();
        const expected = [...few].reverse().map((octets, at) => ({ id: asked[at]?.id, octets }));
        expect(await retrieved(session, asked)).toEqual(expected);
        expect(await retrieved(session, mail.slice(1, 2))).toEqual([
          { id: mail[1]?.id, octets: few[1] },
        ]);
        expect(await retrieved(session, [])).toEqual([]);
        expect(session.spent).toBe(false);
      });

      it('gives many of them, and large ones between', async () => {
        const many = Array.from({ length: 300 }, (_, at) =>
          message(at, at % 100 === 7 ? 60_000 : 2),
        );
        const { session, mail } = await opened(many);
        const found = await retrieved(session, mail);
        expect(found.map(({ id }) => id)).toEqual(mail.map(({ id }) => id));
        many.forEach((octets, at) => expect(found[at]?.octets?.equals(octets)).toBe(true));
      });

      it('goes on after a stream that nobody wants', async () => {
        const { session, mail } = await opened([message(1, 200_000), ...few]);
        const found: string[] = [];
        for await (const batch of session.retrieve(mail))
          for (const { mail: each, ...rest } of batch) {
            found.push(each.id);
            if (rest.kind !== 'message' || rest.body.kind !== 'stream') continue;
            for await (const chunk of rest.body.chunks) {
              expect(chunk.length).toBeGreaterThan(0);
              break;
            }
          }
        expect(found).toEqual(mail.map(({ id }) => id));
        expect((await retrieved(session, mail.slice(1))).map(({ octets }) => octets)).toEqual(few);
      });

      it('goes on after a message that the server does not give', async () => {
        world.refuse?.(3);
        const { session, mail } = await opened();
        const found = await retrieved(session, mail);
        expect(found.map(({ id }) => id)).toEqual(mail.map(({ id }) => id));
        const refused = found.filter(({ octets }) => octets === null).map(({ id }) => id);
        expect(refused).toEqual(world.refuse === undefined ? [] : [mail[2]?.id]);
      });

      it('that is left early leaves a session that is fit for close() alone', async () => {
        const many = Array.from({ length: 900 }, (_, at) => message(at, 100));
        const { session, mail } = await opened(many);
        for await (const batch of session.retrieve(mail)) {
          expect(batch.length).toBeGreaterThan(0);
          break;
        }
        expect(session.spent).toBe(true);
        await expect(session.remove(mail)).rejects.toThrow();
        await session.close();
        expect(await world.left()).toHaveLength(900);
      });
    });

    describe('Message-IDs', () => {
      it('are those of the headers, and leave the session as it is', async () => {
        const without = Buffer.from('Subject: none\r\n\r\nMessage-ID: <body@example.org>\r\n');
        const { session, mail } = await opened([...few, without]);
        const asked = mail.slice(2);
        const expected = [hashOf(3), hashOf(4), hashOf(5), null];
        expect(await session.messageIds(asked)).toEqual(
          top ? new Map(asked.map(({ id }, at) => [id, expected[at]])) : null,
        );
        expect(session.spent).toBe(false);
        expect(await retrieved(session, mail.slice(0, 1))).toMatchObject([{ octets: few[0] }]);
      });
    });

    describe('removing', () => {
      it('deletes what it names, and ends the session', async () => {
        const { session, mail } = await opened();
        await retrieved(session, mail);
        const some = [mail[0], mail[3]].flatMap((each) => each ?? []);
        expect(await session.remove(some)).toEqual(some.map(({ id }) => id));
        expect(session.spent).toBe(true);
        await expect(session.list()).rejects.toThrow();
        expect(await world.left()).toEqual([few[1], few[2], few[4]]);
        const { mail: now } = await (await connect()).list();
        expect(now.map(({ id }) => id)).toEqual([1, 2, 4].map((at) => mail[at]?.id));
      });

      it('leaves messages that share a UIDL where they are', async () => {
        world.share?.([1, 2]);
        const { session, mail } = await opened();
        const removed = await session.remove(mail);
        expect(await world.left()).toHaveLength(5 - removed.length);
        expect(removed).toHaveLength(world.share === undefined ? 5 : 3);
      });

      it('deletes nothing by close(), which may be called twice', async () => {
        const { session, mail } = await opened();
        await retrieved(session, mail);
        await session.close();
        await session.close();
        expect(session.spent).toBe(true);
        expect(await world.left()).toEqual(few);
      });
    });
  });
}
