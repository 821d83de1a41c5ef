import { afterEach, describe, expect, it } from 'vitest';
import { createPop3Source, type Pop3Limits } from '../../../src/adapters/pop3/source.ts';
import type { IncomingServer } from '../../../src/core/account/account.ts';
import {
  answerAt,
  closeAt,
  cutAt,
  stallAt,
  withoutFinalDot,
  type OnResponse,
} from '../../../src/demo/faults.ts';
import type { DemoUser } from '../../../src/demo/mail/mailbox.ts';
import { pop3Octets } from '../../../src/demo/pop3/message.ts';
import { startPop3Server, type Pop3Options } from '../../../src/demo/pop3/server.ts';
import { TemporaryError } from '../../../src/errors.ts';
import { userWith } from '../../demo/clients.ts';
import { corpus, oddMessages } from '../../servers/messages.ts';
import { fetched, listed, popAccount, thrownBy, whole } from './support.ts';

const cleanups: (() => Promise<unknown>)[] = [];
const login = { username: 'mara', password: 'geheim' };

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(user: DemoUser, options: Partial<Pop3Options> = {}) {
  const server = await startPop3Server({ users: [user], ...options });
  cleanups.push(() => server.stop());
  return server;
}

interface Ways {
  options?: Partial<Pop3Options>;
  server?: Partial<IncomingServer>;
  limits?: Partial<Pop3Limits>;
  signal?: AbortSignal;
}

async function open(user: DemoUser, ways: Ways = {}) {
  const { port } = await start(user, ways.options);
  const source = createPop3Source(ways.limits);
  const signal = ways.signal ?? new AbortController().signal;
  const session = await source.connect(popAccount({ port, ...ways.server }), login, signal);
  cleanups.push(() => session.close());
  return session;
}

const odd = [...oddMessages().values()];

describe('fetching', () => {
  it.each([1, 2, 3, 5, 7, 64])('odd messages, octet by octet, in chunks of %d', async (chunk) => {
    const small = odd.filter((raw) => raw.length < 5000);
    const session = await open(userWith(...small), { options: { chunk } });
    const bodies = await fetched(session, await listed(session));
    expect(bodies).toEqual(small.map(pop3Octets));
  });

  it.each([
    ['with PIPELINING', []],
    ['without PIPELINING', ['PIPELINING']],
    ['without CAPA', ['CAPA']],
  ])('a few hundred messages %s', async (_what, hide) => {
    const mail = [...odd, ...corpus(300)];
    const session = await open(userWith(...mail), { options: { hide } });
    expect(await session.open()).toEqual({ uidValidity: '', uidNext: null, exists: mail.length });
    const messages = await listed(session);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(mail.length);
    const bodies = await fetched(session, messages);
    expect(bodies.length).toBe(mail.length);
    mail.forEach((raw, at) => expect(pop3Octets(raw).equals(bodies[at] as Buffer)).toBe(true));
  });

  it('asks for the next ones before the last came', async () => {
    const seen: string[] = [];
    const session = await open(userWith(...corpus(40)), {
      options: { trace: (line) => seen.push(line), onResponse: (_, payload) => payload },
    });
    const messages = session.fetch(await listed(session))[Symbol.asyncIterator]();
    await messages.next();
    await messages.next();
    expect(seen.filter((line) => line.startsWith('RETR')).length).toBeGreaterThanOrEqual(32);
  });

  it('holds a server back whose messages are not read', async () => {
    const big = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(20_000));
    let answered = 0;
    const count: OnResponse = (command, payload) => {
      if (command.startsWith('RETR')) answered += 1;
      return payload;
    };
    const session = await open(userWith(big, big, big), { options: { onResponse: count } });
    const messages = session.fetch(await listed(session))[Symbol.asyncIterator]();
    const first = await messages.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(1);
    if (first.done === true) throw new Error('no message');
    expect((await whole(first.value.body)).equals(big)).toBe(true);
  });

  it('goes on after a message that the server does not give', async () => {
    const mail = corpus(3);
    const onResponse = answerAt('RETR 2', '-ERR cannot open it\r\n');
    const session = await open(userWith(...mail), { options: { onResponse } });
    const [one, two, three] = await fetched(session, await listed(session));
    expect([one, three]).toEqual([mail[0], mail[2]]);
    expect(two).toMatchObject({ reach: 'message', retry: 'later', exitStatus: 75 });
  });

  it.each([
    ['cut within', cutAt('RETR 2', 100)],
    ['cut before its final dot', withoutFinalDot('RETR 2')],
    ['not answered any more', closeAt('RETR 2')],
  ])('never takes a message for whole that is %s', async (_what, onResponse) => {
    const mail = corpus(3);
    const session = await open(userWith(...mail), { options: { onResponse } });
    const bodies: Promise<Buffer>[] = [];
    const reading = (async () => {
      for await (const { body } of session.fetch(await listed(session))) {
        const octets = whole(body);
        octets.catch(() => undefined);
        bodies.push(octets);
      }
    })();
    expect(await thrownBy(reading)).toMatchObject({ reach: 'account', exitStatus: 75 });
    expect(await bodies[0]).toEqual(mail[0]);
    if (bodies[1] !== undefined) expect(await thrownBy(bodies[1])).toBeInstanceOf(TemporaryError);
    expect(bodies.length).toBeLessThan(3);
  });

  it('can be broken off, and the session still deletes', async () => {
    const user = userWith(...corpus(50));
    const session = await open(user);
    const messages = await listed(session);
    for await (const { body } of session.fetch(messages)) {
      await whole(body);
      break;
    }
    expect(await session.remove(messages.slice(0, 2))).toHaveLength(2);
    expect(user.mailbox.inbox.messages).toHaveLength(48);
  });

  it('a second fetch follows the first', async () => {
    const mail = corpus(4);
    const session = await open(userWith(...mail));
    const messages = await listed(session);
    expect(await fetched(session, messages.slice(2))).toEqual(mail.slice(2));
    expect(await fetched(session, messages.slice(0, 2))).toEqual(mail.slice(0, 2));
    expect(await fetched(session, [])).toEqual([]);
  });
});

describe('listing', () => {
  it('has sizes for what they are worth', async () => {
    const session = await open(userWith('a\r\n'), { options: { listSize: () => 999_999 } });
    const messages = await listed(session);
    expect(messages).toMatchObject([{ number: 1, size: 999_999 }]);
    expect(await fetched(session, messages)).toEqual([Buffer.from('a\r\n')]);
  });

  it('tells messages with the same UIDL apart, and marks all of them', async () => {
    const uidls = ['same', 'other', 'same', 'same#2', 'same'];
    const options = { uidl: (_: string, number: number) => uidls[number - 1] ?? '' };
    const session = await open(userWith(...corpus(5)), { options });
    expect((await listed(session)).map(({ id, sharedUidl }) => [id, sharedUidl])).toEqual([
      ['same#1', 'same'],
      ['other', undefined],
      ['same#3', 'same'],
      ['same#2', undefined],
      ['same#4', 'same'],
    ]);
  });

  it('comes in pages', async () => {
    const session = await open(userWith(...Array.from({ length: 2500 }, (_, at) => `${at}\r\n`)));
    const pages: number[] = [];
    for await (const page of session.list()) pages.push(page.length);
    expect(pages).toEqual([1000, 1000, 500]);
  });

  it('of an empty maildrop is empty', async () => {
    const session = await open(userWith(), { options: { hide: ['UIDL'] } });
    expect(await listed(session)).toEqual([]);
  });

  it('says so where the server has no UIDL', async () => {
    const session = await open(userWith('a\r\n'), { options: { hide: ['UIDL'] } });
    const error = await thrownBy(listed(session));
    expect(error).toMatchObject({ exitStatus: 69 });
    expect(error.message).toContain('UIDL');
  });

  it.each(['+OK\r\n1\r\n.\r\n', '+OK\r\n1 a\r\n1 b\r\n.\r\n', '+OK\r\nx y\r\n.\r\n'])(
    'refuses what makes no sense: %j',
    async (answer) => {
      const options = { onResponse: answerAt('UIDL', answer) };
      const session = await open(userWith('a\r\n', 'b\r\n'), { options });
      expect(await thrownBy(listed(session))).toMatchObject({ exitStatus: 69 });
    },
  );
});

describe('deleting', () => {
  it('happens at QUIT, for what was acknowledged, never for an ambiguous message', async () => {
    const user = userWith(...corpus(100));
    const options: Partial<Pop3Options> = {
      onResponse: answerAt('DELE 7', '-ERR no\r\n'),
      uidl: (uidl, number) => (number > 98 ? 'twice' : uidl),
    };
    const session = await open(user, { options });
    const messages = await listed(session);
    const removed = await session.remove(messages);
    expect(removed).toHaveLength(97);
    expect(removed).not.toContain(messages[6]?.id);
    expect(removed).not.toContain('twice');
    expect(user.mailbox.inbox.messages.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['refused', answerAt('QUIT', '-ERR some messages not removed\r\n')],
    ['not answered', closeAt('QUIT')],
  ])('is not known where QUIT is %s', async (_what, onResponse) => {
    const session = await open(userWith(...corpus(2)), { options: { onResponse } });
    const messages = await listed(session);
    expect(await thrownBy(session.remove(messages))).toMatchObject({ exitStatus: 75 });
  });

  it('never happens by close()', async () => {
    const user = userWith(...corpus(3));
    const session = await open(user);
    await fetched(session, await listed(session));
    await session.close();
    await session.close();
    expect(user.mailbox.inbox.messages).toHaveLength(3);
  });
});

describe('logging in', () => {
  it('by APOP where it is wanted', async () => {
    const session = await open(userWith(), { server: { auth: 'apop' } });
    expect(session.facts).toMatchObject({ mechanism: 'APOP', tls: null, host: '127.0.0.1' });
  });

  it.each(['plain', 'login', 'cram-md5'] as const)('by %s', async (auth) => {
    const session = await open(userWith(), { server: { auth } });
    expect(session.facts.mechanism).toBe(auth.toUpperCase());
  });

  it('by USER and PASS where the server has no CAPA', async () => {
    const session = await open(userWith(), { options: { hide: ['CAPA'] } });
    expect(session.facts.mechanism).toBe('USER');
  });

  it.each([
    ['a wrong password', { refuseLogin: '[AUTH] no' }, {}, 77, 'login'],
    ['a maildrop in use', { refuseLogin: '[IN-USE] later' }, {}, 75, 'login'],
    ['a server with a broken mailbox', { refuseLogin: '[SYS/PERM] sorry' }, {}, 69, 'login'],
    ['a mechanism that is not offered', {}, { auth: 'scram-sha-256' }, 69, 'login'],
    ['no STARTTLS', {}, { security: 'starttls' }, 69, 'tls'],
    ['no TLS', {}, { security: 'tls' }, 69, 'tls'],
    ['no POP3', { onResponse: answerAt('', '220 smtp ready\r\n') }, {}, 69, undefined],
    ['a server that is full', { onResponse: answerAt('', '-ERR busy\r\n') }, {}, 75, 'greeting'],
    ['a server that hangs up', { onResponse: closeAt('') }, {}, 75, 'greeting'],
    ['a greeting without end', { onResponse: answerAt('', 'x'.repeat(9000)) }, {}, 69, undefined],
  ] as const)('%s', async (_what, options, server, exitStatus, layer) => {
    const limits = { connectMs: 5000 };
    const error = await thrownBy(open(userWith(), { options, server, limits }));
    expect(error).toMatchObject({ exitStatus, ...(layer === undefined ? {} : { layer }) });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('geheim');
  });

  it.each(['', 'CAPA', 'AUTH'])('gives up on silence after %j', async (command) => {
    const ways = {
      options: { onResponse: stallAt(command) },
      limits: { answerMs: 30, loginMs: 400 },
    };
    expect(await thrownBy(open(userWith(), ways))).toMatchObject({ code: 'timeout' });
  });

  it('says that another session has the maildrop', async () => {
    const user = userWith();
    const { port } = await start(user, { lock: true });
    const enter = () =>
      createPop3Source().connect(popAccount({ port }), login, new AbortController().signal);
    const holder = await enter();
    expect(await thrownBy(enter())).toMatchObject({ exitStatus: 75, layer: 'login' });
    await holder.close();
    await (await enter()).close();
  });

  it('ends at once when the signal says so', async () => {
    const abort = new AbortController();
    const options: Partial<Pop3Options> = {
      onResponse: (command, payload) => {
        if (command === 'CAPA') abort.abort(new Error('enough'));
        return command === 'CAPA' ? 'stall' : payload;
      },
    };
    const error = await thrownBy(open(userWith(), { options, signal: abort.signal }));
    expect(error.message).toBe('enough');
  });
});
