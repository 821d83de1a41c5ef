import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImapFlow } from 'imapflow';
import { startDemoServers, type DemoServers } from '../../src/demo/servers.ts';
import { demoPeople } from '../../src/demo/mail/users.ts';
import { startImapServer } from '../../src/demo/imap/server.ts';
import type { ImapOptions } from '../../src/demo/imap/session.ts';
import type { DemoServer } from '../../src/demo/listener.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { closeAt, cutAfterBytes, cutAt, shortLiterals, stallAt } from '../../src/demo/faults.ts';
import { certificate, imapClient, Talker, userWith } from './clients.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(user: DemoUser, options: Partial<ImapOptions> = {}): Promise<DemoServer> {
  const started = await startImapServer({ users: [user], ...options });
  cleanups.push(() => started.stop());
  return started;
}

async function open(user: DemoUser, options: Partial<ImapOptions> = {}): Promise<ImapFlow> {
  const client = await imapClient((await server(user, options)).port, user);
  cleanups.push(() => client.close());
  return client;
}

async function talk(user: DemoUser, options: Partial<ImapOptions> = {}): Promise<Talker> {
  const talker = await Talker.connect((await server(user, options)).port);
  cleanups.push(() => talker.close());
  await talker.until('\r\n');
  return talker;
}

async function loggedIn(user: DemoUser, options: Partial<ImapOptions> = {}): Promise<Talker> {
  const talker = await talk(user, options);
  await talker.ask('a LOGIN mara geheim\r\n');
  return talker;
}

describe('the demo mail, read by imapflow', () => {
  const person = demoPeople().imap;
  let servers: DemoServers;
  let client: ImapFlow;

  beforeEach(async () => {
    servers = await startDemoServers({ users: [person] });
    client = await imapClient(servers.imapPort, person);
  });
  afterEach(async () => {
    client.close();
    await servers.stop();
  });

  it('lists every folder with role, subscription and counts', async () => {
    const listed = await client.list({ statusQuery: { messages: true, uidNext: true } });
    const counts = listed.map(({ path, status }) => [path, status?.messages]);
    expect(new Map(counts as [string, number][])).toEqual(
      new Map(person.mailbox.folders.map(({ name, messages }) => [name, messages.length])),
    );
    const roles = listed.flatMap(({ path, specialUse }) =>
      specialUse ? [[specialUse, path]] : [],
    );
    expect(Object.fromEntries(roles)).toMatchObject({ '\\Sent': 'Sent', '\\Trash': 'Trash' });
  });

  it('brings every message octet by octet, with flags and internal date', async () => {
    for (const folder of person.mailbox.folders) {
      const lock = await client.getMailboxLock(folder.name, { readOnly: true });
      const query = { uid: true, flags: true, internalDate: true, size: true, source: true };
      const fetched =
        folder.messages.length === 0 ? [] : await client.fetchAll('1:*', query, { uid: true });
      lock.release();
      const seen = fetched.map(({ uid, flags, internalDate, size, source }) => ({
        uid,
        flags,
        internalDate: new Date(internalDate ?? 0),
        size,
        raw: source,
      }));
      expect(seen).toEqual(
        folder.messages.map((message) => ({ ...message, size: message.raw.length })),
      );
    }
  });
});

describe('FETCH', () => {
  it('gives a part of a message, and the header fields asked for', async () => {
    const talker = await loggedIn(userWith('Subject: a\r\n b\r\nTo: c\r\n\r\nbody\r\n'));
    await talker.ask('b EXAMINE INBOX\r\n', 'b OK');
    await talker.until('\r\n');
    expect(await talker.ask('c UID FETCH 1 BODY.PEEK[]<9.4>\r\n', 'c OK')).toBe(
      '* 1 FETCH (UID 1 BODY[]<9> {4}\r\na\r\n )\r\nc OK',
    );
    await talker.until('\r\n');
    const fields = 'd FETCH 1 (BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[TEXT])\r\n';
    expect(await talker.ask(fields, 'd OK')).toBe(
      '* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {18}\r\nSubject: a\r\n b\r\n\r\n BODY[TEXT] {6}\r\nbody\r\n)\r\nd OK',
    );
  });

  it('marks a message as read without PEEK, but not where it was examined', async () => {
    const user = userWith('a: b\r\n\r\n');
    const talker = await loggedIn(user);
    await talker.ask('b EXAMINE INBOX\r\nc FETCH 1 BODY[]\r\n', 'c OK');
    expect(user.mailbox.inbox.messages[0]?.flags).toEqual(new Set());
    await talker.ask('d SELECT INBOX\r\ne FETCH 1 BODY[]\r\n', 'e OK');
    expect(user.mailbox.inbox.messages[0]?.flags).toEqual(new Set(['\\Seen']));
  });

  it('counts 7:* as the last message where there are fewer', async () => {
    const talker = await loggedIn(userWith('1', '2'));
    const answer = await talker.ask('b SELECT INBOX\r\nc UID FETCH 7:* UID\r\n', 'c OK');
    expect(answer).toContain('* 2 FETCH (UID 2)\r\nc OK');
  });

  it('refuses what it does not have', async () => {
    const talker = await loggedIn(userWith('1'));
    expect(await talker.ask('b SELECT INBOX\r\nc FETCH 1 ENVELOPE\r\n', 'c BAD')).toBeTruthy();
  });
});

describe('APPEND', () => {
  it('stores the octets, flags and date, and the message is found by its Message-ID', async () => {
    const user = userWith('Message-ID: <other@x>\r\n\r\n');
    const client = await open(user);
    const raw = Buffer.from('Message-ID: <wanted@x>\r\nSubject: \xfc\r\n\r\nhello\r\n', 'latin1');
    const date = new Date('2020-02-29T12:34:56Z');
    const done = await client.append('INBOX', raw, ['\\Seen', '$Forwarded'], date);
    expect(done).toMatchObject({ uid: 2, uidValidity: BigInt(user.mailbox.inbox.uidValidity) });
    expect(user.mailbox.inbox.messages[1]).toEqual({
      uid: 2,
      flags: new Set(['\\Seen', '$Forwarded']),
      internalDate: date,
      raw,
    });
    await client.mailboxOpen('INBOX');
    const found = await client.search({ header: { 'message-id': '<wanted@x>' } }, { uid: true });
    expect(found).toEqual([2]);
  });

  it('asks for a literal, takes one unasked, and names the missing folder', async () => {
    const talker = await loggedIn(userWith());
    expect(await talker.ask('b APPEND INBOX {3}\r\n')).toMatch(/^\+ /);
    expect(await talker.ask('abc\r\n')).toMatch(/^b OK \[APPENDUID \d+ 1\]/);
    expect(await talker.ask('c APPEND INBOX (\\Seen) {3+}\r\nabc\r\n')).toMatch(
      /^c OK \[APPENDUID/,
    );
    expect(await talker.ask('d APPEND Nowhere {3+}\r\nabc\r\n')).toMatch(/^d NO \[TRYCREATE\]/);
  });
});

describe('literals sent unasked', () => {
  it.each([
    { hide: [], size: 5000, ends: 'b OK' },
    { hide: ['LITERAL+'], size: 4096, ends: 'b OK' },
    { hide: ['LITERAL+'], size: 4097, ends: '* BYE' },
    { hide: ['LITERAL+', 'LITERAL-'], size: 1, ends: '* BYE' },
  ])('$size octets without $hide: $ends', async ({ hide, size, ends }) => {
    const talker = await loggedIn(userWith(), { hide });
    const answer = await talker.ask(`b APPEND INBOX {${size}+}\r\n${'x'.repeat(size)}\r\n`);
    expect(answer.slice(0, ends.length)).toBe(ends);
  });
});

describe('changes to a folder', () => {
  it('stores flags one by one, and expunges only the UIDs that are named', async () => {
    const user = userWith('1', '2', '3');
    const client = await open(user);
    await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('1:3', ['\\Deleted'], { uid: true });
    await client.messageFlagsRemove('3', ['\\Deleted'], { uid: true });
    await client.messageDelete('2:3', { uid: true });
    expect(user.mailbox.inbox.messages.map(({ uid }) => uid)).toEqual([1]);
  });

  it('creates, renames and deletes folders with any name', async () => {
    const user = userWith();
    const client = await open(user);
    await client.mailboxCreate('Übung & Spiel/日本');
    expect(user.mailbox.folder('Übung & Spiel/日本')).toBeDefined();
    await client.mailboxRename('Übung & Spiel', 'Spiel');
    expect((await client.list()).map(({ path }) => path)).toEqual(['INBOX', 'Spiel', 'Spiel/日本']);
    await client.mailboxDelete('Spiel/日本');
    expect(user.mailbox.folder('Spiel/日本')).toBeUndefined();
  });

  it('moves and copies with the new UIDs', async () => {
    const user = userWith('1', '2');
    user.mailbox.create('Archive');
    const client = await open(user);
    await client.mailboxOpen('INBOX');
    const copied = await client.messageCopy('1', 'Archive', { uid: true });
    const moved = await client.messageMove('2', 'Archive', { uid: true });
    expect([copied, moved]).toMatchObject([
      { uidMap: new Map([[1, 1]]) },
      { uidMap: new Map([[2, 2]]) },
    ]);
    expect(user.mailbox.inbox.messages.map(({ uid }) => uid)).toEqual([1]);
  });

  it('tells an idling client what arrives, goes and changes', async () => {
    const user = userWith('1', '2');
    const talker = await loggedIn(user);
    await talker.ask('b SELECT INBOX\r\nc IDLE\r\n', '+ idling\r\n');
    const { inbox } = user.mailbox;
    inbox.append({ raw: Buffer.from('3') });
    expect(String(await talker.until('\r\n'))).toBe('* 3 EXISTS\r\n');
    inbox.remove(new Set([1]));
    expect(String(await talker.until('\r\n'))).toBe('* 1 EXPUNGE\r\n');
    const [second] = inbox.messages;
    if (second !== undefined) inbox.setFlags(second, ['\\Seen']);
    expect(String(await talker.until('\r\n'))).toBe('* 1 FETCH (UID 2 FLAGS (\\Seen))\r\n');
    expect(await talker.ask('DONE\r\n')).toBe('c OK idled\r\n');
  });
});

describe('LIST', () => {
  const lists = [
    { ask: 'LIST "" ""', names: ['""'] },
    { ask: 'LIST "" %', names: ['"INBOX"', '"a"', '"b.c"'] },
    { ask: 'LIST "a/" *', names: ['"a/x"', '"a/x/y"'] },
    { ask: 'LIST a/ %', names: ['"a/x"'] },
    { ask: 'LIST (SUBSCRIBED) "" *', names: ['"INBOX"', '"a"', '"a/x/y"'] },
    { ask: 'LIST "" (inbox b.c) RETURN (CHILDREN)', names: ['"INBOX"', '"b.c"'] },
  ];
  it.each(lists)('$ask', async ({ ask, names }) => {
    const user = userWith();
    user.mailbox.create('a/x', { subscribed: false }).append({ raw: Buffer.from('') });
    user.mailbox.create('a/x/y');
    user.mailbox.create('b.c', { subscribed: false });
    const talker = await loggedIn(user);
    const lines = (await talker.ask(`b ${ask}\r\n`, 'b OK')).split('\r\n').slice(0, -1);
    expect(lines.map((line) => line.slice(line.lastIndexOf(' ') + 1)).sort()).toEqual(names);
  });
});

describe('logins', () => {
  it('refuses a wrong password', async () => {
    const user = userWith();
    const { port } = await server(user);
    const wrong = imapClient(port, { ...user, password: 'x' });
    await expect(wrong).rejects.toMatchObject({ authenticationFailed: true });
  });

  it('takes PLAIN with an initial response, and CRAM-MD5 is offered', async () => {
    const talker = await talk(userWith());
    const initial = Buffer.from('\0mara\0geheim').toString('base64');
    expect(await talker.ask('a CAPABILITY\r\n', 'a OK')).toContain(' AUTH=CRAM-MD5');
    await talker.until('\r\n');
    expect(await talker.ask(`b AUTHENTICATE PLAIN ${initial}\r\n`)).toMatch(/^b OK/);
  });

  it('wants STARTTLS before a login where it is offered', async () => {
    const tls = certificate();
    const user = userWith('1');
    const { port } = await server(user, { security: 'starttls', tls });
    const talker = await Talker.connect(port);
    cleanups.push(() => talker.close());
    expect(String(await talker.until('\r\n'))).toContain('STARTTLS LOGINDISABLED');
    expect(await talker.ask('a LOGIN mara geheim\r\n')).toMatch(/^a NO \[PRIVACYREQUIRED\]/);
    const client = await imapClient(port, user, {
      doSTARTTLS: true,
      tls: { ca: tls.cert, servername: 'localhost' },
    });
    cleanups.push(() => client.close());
    expect(await client.status('INBOX', { messages: true })).toMatchObject({ messages: 1 });
  });

  it('speaks TLS from the start', async () => {
    const tls = certificate();
    const user = userWith();
    const { port } = await server(user, { security: 'tls', tls });
    const client = await imapClient(port, user, {
      secure: true,
      tls: { ca: tls.cert, servername: 'localhost' },
    });
    cleanups.push(() => client.close());
    expect(client.secureConnection).toBe(true);
  });
});

describe('faults', () => {
  it('lacks what is hidden', async () => {
    const client = await open(userWith(), { hide: ['UIDPLUS', 'LITERAL+'] });
    expect(client.capabilities.has('UIDPLUS')).toBe(false);
    expect(client.capabilities.has('LITERAL-')).toBe(true);
    expect(await client.append('INBOX', 'a: b\r\n\r\n')).not.toHaveProperty('uid');
  });

  it('closes, cuts, and leaves out octets of literals', async () => {
    const user = userWith('a: b\r\n\r\ntext\r\n');
    const select = 'b SELECT INBOX\r\nc FETCH 1 BODY.PEEK[]\r\n';
    const outcomes = [];
    for (const onResponse of [closeAt('FETCH'), cutAt('FETCH', 30), shortLiterals(3)]) {
      const talker = await loggedIn(user, { onResponse });
      talker.send(`${select}d LOGOUT\r\n`);
      outcomes.push(String(await talker.rest()).split('[READ-WRITE] selected\r\n')[1]);
    }
    expect(outcomes).toEqual([
      '',
      '* 1 FETCH (BODY[] {14}\r\na: b\r\n',
      '* 1 FETCH (BODY[] {14}\r\na: b\r\n\r\ntex)\r\nc OK fetched\r\n* BYE until next time\r\nd OK good bye\r\n',
    ]);
  });

  it('stops after so many octets, once', async () => {
    const started = await server(userWith(), { onResponse: cutAfterBytes(10) });
    const [first, second] = [
      await Talker.connect(started.port),
      await Talker.connect(started.port),
    ];
    expect(String(await first.rest())).toBe('* OK [CAPA');
    expect(String(await second.until('\r\n'))).toContain('ready');
    second.close();
  });

  it('stalls, and stop() still ends at once', async () => {
    const user = userWith();
    const talker = await loggedIn(user, { onResponse: stallAt('NOOP') });
    talker.send('b NOOP\r\n');
    const ended = talker.rest();
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    expect(String(await ended)).toBe('');
  });

  it('writes octet by octet', async () => {
    const user = userWith('a: b\r\n\r\n.\r\n');
    const client = await open(user, { chunk: 1 });
    await client.mailboxOpen('INBOX');
    const [message] = await client.fetchAll('1:*', { source: true });
    expect(message?.source).toEqual(user.mailbox.inbox.messages[0]?.raw);
  });

  it('counts anew under a new UIDVALIDITY', async () => {
    const user = userWith('1', '2');
    const client = await open(user);
    user.mailbox.inbox.remove(new Set([1]));
    user.mailbox.inbox.renumber(42);
    expect(await client.status('INBOX', { uidValidity: true, uidNext: true })).toMatchObject({
      uidValidity: 42n,
      uidNext: 2,
    });
  });
});
