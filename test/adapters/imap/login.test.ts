import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { chooseLogin } from '../../../src/adapters/imap/connecting/choose-login.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { startImapServer } from '../../../src/demo/imap/server.ts';
import type { ImapOptions } from '../../../src/demo/imap/session.ts';
import { Mailbox } from '../../../src/demo/mail/mailbox.ts';
import { accountAt, connect, refusalOf, secret } from './harness.ts';
import { scriptedServer, type Script, type ScriptedOptions } from './scripted-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function demo(options: Partial<ImapOptions> = {}): Promise<number> {
  const user = { name: 'mara', password: secret, addresses: [], mailbox: new Mailbox() };
  const server = await startImapServer({ users: [user], ...options });
  stops.push(() => server.stop());
  return server.port;
}

async function scripted(script: Script, options: ScriptedOptions = {}) {
  const server = await scriptedServer(script, options);
  stops.push(() => server.stop());
  return server;
}

describe('the mechanism', () => {
  test.each([
    ['auto', 'PLAIN'],
    ['plain', 'PLAIN'],
    ['login', 'LOGIN'],
    ['cram-md5', 'CRAM-MD5'],
  ] as const)('%s logs in by %s', async (auth, mechanism) => {
    const session = await connect(accountAt(await demo(), { auth }));
    expect(session.facts.mechanism).toBe(mechanism);
    expect(session.facts.tls).toBeNull();
    expect(session.facts.capabilities).toContain('UIDPLUS');
    await session.close();
  });

  test('works without initial responses', async () => {
    const session = await connect(accountAt(await demo({ hide: ['SASL-IR'] })));
    expect(session.facts.mechanism).toBe('PLAIN');
    await session.close();
  });

  test('never another one than asked for', async () => {
    const port = await demo({ mechanisms: ['PLAIN', 'LOGIN'] });
    const error = await refusalOf(connect(accountAt(port, { auth: 'cram-md5' })));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'login' });
    expect(error.message).toContain('CRAM-MD5');
  });

  const bare = { greeting: '* OK [CAPABILITY IMAP4rev1] ready\r\n' };

  test('the command LOGIN where nothing else is on offer', async () => {
    const server = await scripted(
      ({ text }) => (text.startsWith('LOGIN') ? '$ OK\r\n' : undefined),
      bare,
    );
    const session = await connect(accountAt(server.port));
    expect(session.facts.mechanism).toBe('LOGIN');
    expect(server.heard.some((line) => line.endsWith('LOGIN "mara" "geheim"'))).toBe(true);
    await session.close();
  });

  test('a literal for a password that is not ASCII', async () => {
    const script: Script = ({ text }) => {
      if (text.endsWith('}')) return '+ go\r\n';
      return text === Buffer.from('größe').toString('latin1') ? '$ OK\r\n' : undefined;
    };
    const server = await scripted(script, bare);
    const session = await connect(accountAt(server.port), { password: 'größe' });
    expect(session.facts.mechanism).toBe('LOGIN');
    await session.close();
  });

  test('no LOGIN where the server forbids it', async () => {
    const server = await scripted(() => undefined, {
      greeting: '* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n',
    });
    const error = await refusalOf(connect(accountAt(server.port, { auth: 'login' })));
    expect(error.exitStatus).toBe(69);
    expect(server.heard).toEqual([]);
  });

  test('no LOGIN by `auto` where the server has something better', async () => {
    const server = await scripted(() => '$ NO [AUTHENTICATIONFAILED] no\r\n', {
      greeting: '* OK [CAPABILITY IMAP4rev1 AUTH=CRAM-MD5] ready\r\n',
    });
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error.exitStatus).toBe(77);
    expect(server.heard.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([
      'AUTHENTICATE CRAM-MD5',
    ]);
  });
});

describe('a password in clear', () => {
  const far = {
    capabilities: ['AUTH=PLAIN', 'AUTH=LOGIN'],
    tls: false,
    remoteAddress: '192.0.2.7',
  };
  const auto = { auth: 'auto', allowInsecure: false } as const;

  test.each(['auto', 'plain', 'login', 'xoauth2', 'oauthbearer'] as const)(
    '%s does not leave this machine',
    (auth) => {
      const choose = () => chooseLogin({ auth, allowInsecure: false }, far);
      expect(choose).toThrow(expect.objectContaining({ exitStatus: 78, layer: 'login' }));
    },
  );

  test('nor by the command LOGIN', () => {
    const choose = () => chooseLogin(auto, { ...far, capabilities: ['IMAP4rev1'] });
    expect(choose).toThrow(expect.objectContaining({ exitStatus: 78 }));
  });

  test('but does to this machine itself, by TLS, and by leave', () => {
    expect(chooseLogin(auto, { ...far, remoteAddress: '127.0.0.1' })).toEqual({ sasl: 'PLAIN' });
    expect(chooseLogin(auto, { ...far, tls: true })).toEqual({ sasl: 'PLAIN' });
    expect(chooseLogin({ ...auto, allowInsecure: true }, far)).toEqual({ sasl: 'PLAIN' });
  });

  test('is not needed where the server has a challenge', () => {
    const capabilities = [...far.capabilities, 'AUTH=CRAM-MD5', 'AUTH=SCRAM-SHA-256'];
    expect(chooseLogin(auto, { ...far, capabilities })).toEqual({ sasl: 'SCRAM-SHA-256' });
  });
});

describe('a refused login', () => {
  test('wrong password', async () => {
    const error = await refusalOf(connect(accountAt(await demo()), { password: 'falsch!' }));
    expect(error).toMatchObject({ exitStatus: 77, layer: 'login', retry: 'never' });
    expect(error.remedy).toContain('posthorn account test work');
    expect(JSON.stringify([error.message, error.remedy, error.detail])).not.toContain('falsch!');
  });

  test.each([
    ['[UNAVAILABLE] down', 75],
    ['[INUSE] later', 75],
    ['[LIMIT] too many', 75],
    ['[AUTHENTICATIONFAILED] no', 77],
    ['[AUTHORIZATIONFAILED] no', 77],
    ['[EXPIRED] old', 77],
    ['[PRIVACYREQUIRED] TLS', 69],
    ['no', 77],
    ['Too many simultaneous connections', 75],
    ['[ALERT] Too many simultaneous connections. (Failure)', 75],
    ['[AUTHENTICATIONFAILED] too many', 77],
  ])('%s', async (refuseLogin, exitStatus) => {
    const error = await refusalOf(connect(accountAt(await demo({ refuseLogin }))));
    expect(error).toMatchObject({ exitStatus, layer: 'login' });
    expect(error.remedy).toBeTruthy();
  });

  test('a BYE after the answer does not hide it', async () => {
    const server = await scripted(({ text, tag }, socket) => {
      if (!text.startsWith('AUTHENTICATE')) return undefined;
      socket.end(`${tag} NO [AUTHENTICATIONFAILED] no\r\n* BYE bye\r\n`);
      return '';
    });
    expect((await refusalOf(connect(accountAt(server.port)))).exitStatus).toBe(77);
  });

  test('a BYE instead of an answer', async () => {
    const server = await scripted(({ text }, socket) => {
      if (!text.startsWith('AUTHENTICATE')) return undefined;
      socket.end('* BYE too many connections\r\n');
      return '';
    });
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error).toMatchObject({ exitStatus: 75, layer: 'login' });
    expect(error.message).toContain('too many connections');
  });

  test('the server’s words are made harmless', async () => {
    const server = await scripted(({ text }) =>
      text.startsWith('AUTHENTICATE') ? '$ NO \x1b[31mred\x07\r\n' : undefined,
    );
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error.exitStatus).toBe(77);
    expect(error.message).not.toMatch(/[\x00-\x1f]/);
  });

  test('a challenge that nobody expects is given up on', async () => {
    const server = await scripted(({ text }) => {
      if (text.startsWith('AUTHENTICATE')) return '+ c29tZXRoaW5n\r\n';
      return text === '*' ? '$ BAD given up\r\n' : undefined;
    });
    const error = await refusalOf(connect(accountAt(server.port, { auth: 'plain' })));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'login' });
    expect(server.heard.at(-1)).toBe('*');
  });
});

describe('what is no session', () => {
  test('a greeting that refuses', async () => {
    const server = await scripted(() => undefined, { greeting: '* BYE go away\r\n' });
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error).toMatchObject({ exitStatus: 75, layer: 'greeting' });
    expect(error.message).toContain('go away');
  });

  test('PREAUTH', async () => {
    const server = await scripted(() => undefined, { greeting: '* PREAUTH hello\r\n' });
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'greeting' });
  });

  test('PREAUTH where STARTTLS is due', async () => {
    const server = await scripted(() => undefined, { greeting: '* PREAUTH hello\r\n' });
    const account = accountAt(server.port, { security: 'starttls' });
    expect((await refusalOf(connect(account))).exitStatus).toBe(69);
  });

  test.each([
    ['no greeting', 'greeting', { greeting: '' }],
    ['no answer to the login', 'login', {}],
  ] as const)('%s within the deadline', async (_title, layer, options) => {
    const server = await scripted(
      ({ text }) => (text.startsWith('AUTHENTICATE') ? '' : undefined),
      options,
    );
    const timeouts = { connectMs: 300 };
    const error = await refusalOf(connect(accountAt(server.port), { timeouts }));
    expect(error).toMatchObject({ exitStatus: 75, code: 'timeout', layer });
  });

  test('an aborted signal ends it at once', async () => {
    const server = await scripted(({ text }) => (text.startsWith('AUTHENTICATE') ? '' : undefined));
    const abort = new AbortController();
    const connecting = refusalOf(connect(accountAt(server.port), { signal: abort.signal }));
    setTimeout(() => abort.abort(), 50);
    expect((await connecting).exitStatus).toBe(75);
  });

  test('nobody listens', async () => {
    const server = await scriptedServer(() => undefined);
    await server.stop();
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error).toMatchObject({ exitStatus: 75, layer: 'connect' });
  });

  test('no STARTTLS where it is meant: nothing but CAPABILITY is said', async () => {
    const server = await scripted(() => undefined);
    const account = accountAt(server.port, { security: 'starttls' });
    const error = await refusalOf(connect(account));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'tls' });
    expect(server.heard.filter((line) => !line.endsWith('CAPABILITY'))).toEqual([]);
  });

  test.each(['HTTP/1.1 400 Bad Request\r\n', '+OK POP3\r\n', '220 mail ESMTP\r\n'])(
    'a server that speaks another protocol: %j',
    async (greeting) => {
      const server = await scripted(() => undefined, { greeting });
      const error = await refusalOf(connect(accountAt(server.port)));
      expect(error).toMatchObject({ exitStatus: 69, layer: 'greeting' });
    },
  );

  test('a connection that is reset at once', async () => {
    const server = createServer((socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(async () => void server.close());
    const account = accountAt((server.address() as AddressInfo).port);
    const error = await refusalOf(connect(account));
    expect(error.exitStatus).toBe(75);
    expect(error).not.toMatchObject({ code: 'timeout' });
  });
});
