import { createHash } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import Pop3Command from 'node-pop3';
import { afterEach, describe, expect, it } from 'vitest';
import { answerAt, cutAt, stallAt, withoutFinalDot } from '../../src/demo/faults.ts';
import type { DemoServer } from '../../src/demo/listener.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { pop3Octets } from '../../src/demo/pop3/message.ts';
import { startPop3Server, type Pop3Options } from '../../src/demo/pop3/server.ts';
import { demoPeople } from '../../src/demo/mail/users.ts';
import { certificate, Talker, userWith } from './clients.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(user: DemoUser, options: Partial<Pop3Options> = {}): Promise<DemoServer> {
  const started = await startPop3Server({ users: [user], ...options });
  cleanups.push(() => started.stop());
  return started;
}

async function talk(port: number): Promise<Talker> {
  const talker = await Talker.connect(port);
  cleanups.push(() => talker.close());
  return talker;
}

async function loggedIn(user: DemoUser, options: Partial<Pop3Options> = {}): Promise<Talker> {
  const talker = await talk((await server(user, options)).port);
  await talker.until('\r\n');
  await talker.ask('USER mara\r\n');
  await talker.ask('PASS geheim\r\n');
  return talker;
}

/** RFC 1939 section 3, undone: the octets between the status line and the final dot. */
function unstuffed(answer: Buffer): Buffer {
  const text = answer.toString('latin1');
  const body = text.slice(text.indexOf('\r\n'), -'.\r\n'.length);
  return Buffer.from(body.replaceAll('\r\n.', '\r\n').slice('\r\n'.length), 'latin1');
}

describe('the demo mail', () => {
  const person = demoPeople().pop3;
  const messages = person.mailbox.inbox.messages;

  it('comes octet by octet through one pipeline of RETR', async () => {
    const talker = await talk((await server(person)).port);
    await talker.until('\r\n');
    const retrieve = messages.map((_message, index) => `RETR ${index + 1}\r\n`).join('');
    await talker.ask(`USER ${person.name}\r\n`);
    await talker.ask(`PASS ${person.password}\r\n`);
    talker.send(`${retrieve}QUIT\r\n`);
    const received = [];
    for (const message of messages) {
      const empty = message.raw.length === 0;
      received.push(unstuffed(await talker.until(empty ? ' octets\r\n.\r\n' : '\r\n.\r\n')));
    }
    expect(received).toEqual(messages.map(({ raw }) => pop3Octets(raw)));
    expect(String(await talker.rest())).toBe('+OK good bye\r\n');
  });

  it('is listed with sizes and unique ids, as node-pop3 reads them', async () => {
    const { port } = await server(person);
    const client = new Pop3Command({
      user: person.name,
      password: person.password,
      host: '127.0.0.1',
      port,
    });
    const ids = (await client.UIDL()) as string[][];
    expect(new Set(ids.map(([, id]) => id)).size).toBe(messages.length);
    expect(await client.LIST()).toEqual(
      messages.map(({ raw }, index) => [String(index + 1), String(pop3Octets(raw).length)]),
    );
    await client.QUIT();
  });
});

describe('a session', () => {
  it('deletes only at QUIT', async () => {
    const user = userWith('1\r\n', '2\r\n', '3\r\n');
    const left = () => user.mailbox.inbox.messages.map(({ uid }) => uid);
    const broken = await loggedIn(user);
    await broken.ask('DELE 1\r\n');
    expect(await broken.ask('RETR 1\r\n')).toMatch(/^-ERR/);
    broken.close();
    const reset = await loggedIn(user);
    await reset.ask('DELE 2\r\nRSET\r\nQUIT\r\n', 'good bye\r\n');
    expect(left()).toEqual([1, 2, 3]);
    const orderly = await loggedIn(user);
    expect(await orderly.ask('DELE 2\r\nSTAT\r\n', '2 6\r\n')).toBeTruthy();
    expect(await orderly.ask('QUIT\r\n')).toMatch(/^\+OK/);
    expect(left()).toEqual([1, 3]);
  });

  it('keeps its numbers while mail arrives, and unique ids stay', async () => {
    const user = userWith('1\r\n', '2\r\n');
    const first = await loggedIn(user);
    const before = await first.ask('UIDL 2\r\n');
    user.mailbox.inbox.append({ raw: Buffer.from('3\r\n') });
    expect(await first.ask('STAT\r\n')).toBe('+OK 2 6\r\n');
    await first.ask('DELE 1\r\nQUIT\r\n', 'good bye\r\n');
    const second = await loggedIn(user);
    expect((await second.ask('UIDL 1\r\n')).split(' ')[2]).toBe(before.split(' ')[2]);
  });

  it('gives the beginning of a message to TOP', async () => {
    const talker = await loggedIn(userWith('A: b\r\n\r\n1\r\n.2\r\n3\r\n'));
    expect(await talker.ask('TOP 1 2\r\n', '\r\n.\r\n')).toMatch(
      /octets\r\nA: b\r\n\r\n1\r\n\.\.2\r\n\.\r\n$/,
    );
    expect(await talker.ask('TOP 1 0\r\n', '\r\n.\r\n')).toMatch(/octets\r\nA: b\r\n\r\n\.\r\n$/);
    expect(await talker.ask('TOP 1 99\r\n', '\r\n.\r\n')).toMatch(/3\r\n\.\r\n$/);
  });

  it('stuffs dots only at the start of lines, and ends an unfinished last line', async () => {
    const talker = await loggedIn(userWith('.\r\n..\r\na.b\n.c\r\n.', ''));
    expect(await talker.ask('RETR 1\r\n', '\r\n.\r\n')).toBe(
      '+OK 18 octets\r\n..\r\n...\r\na.b\n.c\r\n..\r\n.\r\n',
    );
    expect(await talker.ask('RETR 2\r\n', '\r\n.\r\n')).toBe('+OK 0 octets\r\n.\r\n');
  });

  it('is the only one where the maildrop is locked', async () => {
    const user = userWith();
    const { port } = await server(user, { lock: true });
    const login = 'USER mara\r\nPASS geheim\r\n';
    const [first, second] = [await talk(port), await talk(port)];
    await first.ask(login, '0 0\r\n');
    expect(await second.ask(login, 'open\r\n')).toContain('-ERR [IN-USE]');
    await first.ask('QUIT\r\n', 'bye\r\n');
    await first.rest();
    expect(await second.ask(login, '0 0\r\n')).toContain('+OK');
  });
});

describe('logins', () => {
  it('refuses a wrong password, and all before it', async () => {
    const talker = await talk((await server(userWith())).port);
    await talker.until('\r\n');
    expect(await talker.ask('STAT\r\n')).toMatch(/^-ERR/);
    await talker.ask('USER mara\r\n');
    expect(await talker.ask('PASS falsch\r\n')).toMatch(/^-ERR \[AUTH\]/);
  });

  it('takes APOP', async () => {
    const talker = await talk((await server(userWith())).port);
    const timestamp = /<.*>/.exec(String(await talker.until('\r\n')))?.[0];
    const digest = createHash('md5').update(`${timestamp}geheim`).digest('hex');
    expect(await talker.ask(`APOP mara ${digest}\r\n`)).toBe('+OK 0 0\r\n');
  });

  it('takes AUTH PLAIN with its response at once or asked for', async () => {
    const { port } = await server(userWith());
    const response = Buffer.from('\0mara\0geheim').toString('base64');
    const atOnce = await talk(port);
    await atOnce.until('\r\n');
    expect(await atOnce.ask(`AUTH PLAIN ${response}\r\n`)).toBe('+OK 0 0\r\n');
    const asked = await talk(port);
    await asked.until('\r\n');
    expect(await asked.ask('AUTH PLAIN\r\n')).toBe('+ \r\n');
    expect(await asked.ask(`${response}\r\n`)).toBe('+OK 0 0\r\n');
  });

  it('starts TLS on STLS, and drops what was sent in clear behind it', async () => {
    const tls = certificate();
    const talker = await talk((await server(userWith(), { security: 'starttls', tls })).port);
    await talker.until('\r\n');
    expect(await talker.ask('CAPA\r\n', '\r\n.\r\n')).toMatch(/\r\nSTLS\r\n\.\r\n$/);
    await talker.ask('USER mara\r\n');
    expect(await talker.ask('PASS geheim\r\n')).toBe('-ERR STLS first\r\n');
    await talker.ask('STLS\r\nUSER intruder\r\n');
    const secure = connectTls({ socket: talker.socket, ca: tls.cert, servername: 'localhost' });
    await once(secure, 'secureConnect');
    secure.write('CAPA\r\n');
    const [answer] = (await once(secure, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^\+OK capabilities\r\n.*\r\nUSER\r\nSASL PLAIN/s);
    secure.destroy();
  });
});

describe('faults', () => {
  it('counts wrongly, repeats unique ids, lacks commands', async () => {
    const talker = await loggedIn(userWith('1\r\n', '2\r\n'), {
      listSize: (size, number) => size + number,
      uidl: () => 'same',
      hide: ['TOP'],
    });
    expect(await talker.ask('LIST\r\n', '\r\n.\r\n')).toContain('1 4\r\n2 5\r\n');
    expect(await talker.ask('UIDL\r\n', '\r\n.\r\n')).toContain('1 same\r\n2 same\r\n');
    expect(await talker.ask('TOP 1 0\r\n')).toMatch(/^-ERR/);
    expect(await talker.ask('CAPA\r\n', '\r\n.\r\n')).not.toContain('TOP');
  });

  const endings = [
    { onResponse: cutAt('RETR 1', 16), rest: '+OK 9 octets\r\na:' },
    { onResponse: withoutFinalDot('RETR 1'), rest: '+OK 9 octets\r\na: b\r\n1\r\n' },
    { onResponse: answerAt('RETR 1', '-ERR disk\r\n'), rest: '-ERR disk\r\n+OK good bye\r\n' },
  ];
  it.each(endings)('answers RETR with $rest', async ({ onResponse, rest }) => {
    const talker = await loggedIn(userWith('a: b\r\n1\r\n'), { onResponse });
    talker.send('RETR 1\r\nQUIT\r\n');
    expect(String(await talker.rest())).toBe(rest);
  });

  it('stalls until the connection is cut', async () => {
    const user = userWith();
    const started = await server(user, { onResponse: stallAt('NOOP') });
    const talker = await talk(started.port);
    talker.send('USER mara\r\nPASS geheim\r\nNOOP\r\n');
    await talker.until('+OK 0 0\r\n');
    started.drop();
    expect(String(await talker.rest())).toBe('');
  });

  it('refuses logins with the reason of its choice', async () => {
    const { port } = await server(userWith(), { refuseLogin: '[SYS/TEMP] later' });
    const talker = await talk(port);
    expect(await talker.ask('USER mara\r\nPASS geheim\r\n', 'later\r\n')).toContain(
      '-ERR [SYS/TEMP]',
    );
  });

  it.each([1, 2, 3, 5])('writes %i octets at a time', async (chunk) => {
    const talker = await loggedIn(userWith('a: b\r\n\r\n.\r\n'), { chunk });
    expect(await talker.ask('RETR 1\r\n', '\r\n.\r\n')).toBe(
      '+OK 11 octets\r\na: b\r\n\r\n..\r\n.\r\n',
    );
  });
});
