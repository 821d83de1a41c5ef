import { afterEach, describe, expect, it } from 'vitest';
import { startSmtpServer, type SmtpOptions } from '../../../src/demo/smtp-server.ts';
import type { AuthMethod } from '../../../src/core/account/account.ts';
import { userWith } from '../../demo/clients.ts';
import { startScriptedServer } from './scripted-server.ts';
import { connectTo, never } from './senders.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function port(options: Partial<SmtpOptions> = {}): Promise<number> {
  const started = await startSmtpServer({ users: [userWith()], ...options });
  cleanups.push(() => started.stop());
  return started.port;
}

async function scripted(
  greeting: string | null,
  answer?: (line: string) => string | null,
): Promise<{ port: number; lines: string[] }> {
  const started = await startScriptedServer(greeting, answer);
  cleanups.push(() => started.stop());
  return started;
}

describe('a login', () => {
  it.each<[AuthMethod, string]>([
    ['auto', 'PLAIN'],
    ['plain', 'PLAIN'],
    ['login', 'LOGIN'],
    ['cram-md5', 'CRAM-MD5'],
  ])('%s', async (auth, mechanism) => {
    const open = await connectTo({ port: await port(), auth });
    expect(open.facts).toMatchObject({ mechanism, tls: null, host: '127.0.0.1' });
    expect(open.facts.capabilities.some((line) => line.startsWith('SIZE'))).toBe(true);
    await open.close();
  });

  it('none, where the account has none', async () => {
    const open = await connectTo({ port: await port({ auth: 'none' }) }, { login: null });
    expect(open.facts.mechanism).toBe('none');
    await open.close();
  });

  it('that is not offered is refused, never left out', async () => {
    await expect(connectTo({ port: await port({ auth: 'none' }) })).rejects.toMatchObject({
      ...{ exitStatus: 69, layer: 'login' },
    });
  });

  it('by a mechanism that is not offered is refused, never replaced', async () => {
    const at = await port({ mechanisms: ['PLAIN'] });
    await expect(connectTo({ port: at, auth: 'cram-md5' })).rejects.toThrow(/CRAM-MD5/);
    await expect(connectTo({ port: at, auth: 'xoauth2' })).rejects.toThrow(/XOAUTH2/);
  });

  it('with a wrong password: 77, and what to do', async () => {
    const login = { username: 'mara', password: 'falsch' };
    const failure = await connectTo({ port: await port() }, { login }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      exitStatus: 77,
      layer: 'login',
      remedy: expect.stringMatching(/password/),
    });
    expect(JSON.stringify([String(failure), failure])).not.toContain('falsch');
  });

  it.each([
    ['454 4.7.0 too many logins', 75],
    ['432 4.7.12 change it first', 77],
    ['530 5.7.0 app password needed', 77],
    ['534 5.7.9 too weak', 77],
    ['504 5.5.4 unknown mechanism', 69],
    ['535 5.7.8 authentication failed: (reason unavailable)', 77],
    ['535 5.7.8 Error: authentication failed: temporary failure', 75],
    ['535 5.7.0 (#AUTH005) Too many bad auth attempts', 75],
    ['535 Exceeded the login limit', 75],
    ['550 5.7.0 Service unavailable, too many connections', 75],
    ['503 5.5.1 server busy, try again later', 75],
  ])('%s: %i', async (refuseLogin, exitStatus) => {
    await expect(connectTo({ port: await port({ refuseLogin }) })).rejects.toMatchObject({
      ...{ exitStatus, message: expect.stringContaining(refuseLogin) },
    });
  });

  it('by a long token waits for the server to ask (RFC 4954 section 4)', async () => {
    const { port: at, lines } = await scripted('220 here', (line) => {
      if (line.startsWith('EHLO')) return '250-here\r\n250 AUTH XOAUTH2';
      return line === 'AUTH XOAUTH2' ? '334 ' : '235 welcome';
    });
    const login = { username: 'mara', password: 't'.repeat(2000) };
    const open = await connectTo({ port: at, auth: 'xoauth2' }, { login });
    expect(lines[1]).toBe('AUTH XOAUTH2');
    expect(Buffer.from(lines[2] ?? '', 'base64').toString()).toBe(
      `user=mara\x01auth=Bearer ${login.password}\x01\x01`,
    );
    await open.close();
  });

  it('by a token that is refused ends with the server’s last word', async () => {
    const { port: at } = await scripted('220 here', (line) => {
      if (line.startsWith('EHLO')) return '250-here\r\n250 AUTH XOAUTH2';
      return line === '' ? '535 5.7.8 expired' : '334 eyJzdGF0dXMiOiI0MDEifQ==';
    });
    await expect(connectTo({ port: at, auth: 'xoauth2' })).rejects.toMatchObject({
      ...{ exitStatus: 77, message: expect.stringContaining('expired') },
    });
  });

  it('cut in the middle: 75', async () => {
    const { port: at } = await scripted('220 here', (line) =>
      line.startsWith('EHLO') ? '250-here\r\n250 AUTH PLAIN' : null,
    );
    await expect(connectTo({ port: at })).rejects.toMatchObject({ exitStatus: 75, layer: 'login' });
  });
});

describe('a server', () => {
  it('that is down: 75', async () => {
    const { port: at } = await scripted('220 here');
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await expect(connectTo({ port: at })).rejects.toMatchObject({
      exitStatus: 75,
      layer: 'connect',
    });
  });

  it('that does not exist: 75', async () => {
    await expect(connectTo({ host: 'no-such-host.invalid', port: 25 })).rejects.toMatchObject({
      ...{ exitStatus: 75, layer: 'resolve' },
    });
  });

  it('that never greets: 75 within the deadline', async () => {
    const { port: at } = await scripted(null);
    await expect(connectTo({ port: at }, { options: { connectMs: 200 } })).rejects.toMatchObject({
      ...{ exitStatus: 75, code: 'timeout', layer: 'greeting' },
    });
  });

  it.each(['421 4.7.0 Try again later', '454 4.7.0 Temporary authentication failure'])(
    'that answers AUTH by %j: 75, nothing is held against the password',
    async (reply) => {
      const { port: at } = await scripted('220 here', (line) =>
        line.startsWith('EHLO') ? '250-here\r\n250 AUTH PLAIN' : reply,
      );
      await expect(connectTo({ port: at })).rejects.toMatchObject({ exitStatus: 75 });
    },
  );

  it.each(['PLAIN', 'LOGIN'])(
    'that repeats the credentials of %s: they are shown nowhere',
    async (name) => {
      const login = { username: 'mara', password: 'Geheim-"§%&/Wort' };
      const said: string[] = [];
      const { port: at } = await scripted('220 here', (line) => {
        if (line.startsWith('EHLO')) return `250-here\r\n250 AUTH ${name}`;
        said.push(line);
        if (line === 'AUTH LOGIN') return '334 VXNlcm5hbWU6';
        if (said.length === 2) return '334 UGFzc3dvcmQ6';
        return `535-5.7.8 refused: ${login.password}\r\n535 5.7.8 ${said.join(' | ')}`;
      });
      const failure: unknown = await connectTo({ port: at }, { login }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ exitStatus: 77 });
      const { message, detail } = failure as { message: string; detail: string };
      const shown = `${message} ${detail}`;
      for (const secret of [login.password, Buffer.from(login.password).toString('base64')])
        expect(shown).not.toContain(secret);
      expect(shown).not.toContain(Buffer.from(`\0mara\0${login.password}`).toString('base64'));
      expect(shown).toContain('[secret]');
    },
  );

  it.each([
    ['554 5.7.1 no service for you', 69],
    ['554 5.3.2 too many connections from you', 75],
    ['421 4.3.2 too busy', 75],
    ['* OK IMAP ready', 69],
  ])('that greets with %j: %i', async (greeting, exitStatus) => {
    const { port: at } = await scripted(greeting);
    await expect(connectTo({ port: at })).rejects.toMatchObject({ exitStatus, layer: 'greeting' });
  });

  it('that lacks STARTTLS: 69, and nothing secret was said', async () => {
    const { port: at, lines } = await scripted('220 here', (line) =>
      line.startsWith('EHLO') ? '250-here\r\n250 AUTH PLAIN' : '502 5.5.1 what',
    );
    await expect(connectTo({ port: at, security: 'starttls' })).rejects.toMatchObject({
      ...{ exitStatus: 69, layer: 'tls', remedy: expect.stringContaining('tls') },
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'STARTTLS']);
  });

  it('that wants a login for MAIL FROM: the account’s fault, not the message’s', async () => {
    const { port: at } = await scripted('220 here', (line) =>
      line.startsWith('MAIL') ? '530 5.7.0 log in first' : '250 ok',
    );
    const open = await connectTo({ port: at }, { login: null });
    const message = { from: 'a@x.example', recipients: ['b@x.example'], octets: Buffer.from('x') };
    await expect(open.send(message, never)).rejects.toMatchObject({
      exitStatus: 77,
      reach: 'account',
    });
    await open.close();
  });

  it('that hides control characters in its words shows none', async () => {
    const { port: at } = await scripted('554 \x1b[2Jgone');
    await expect(connectTo({ port: at })).rejects.toThrow(/554 \?\[2Jgone/);
  });
});

it('a stop while connecting drops it at once', async () => {
  const { port: at } = await scripted(null);
  const stop = new AbortController();
  const connecting = connectTo({ port: at }, { signal: stop.signal });
  setImmediate(() => stop.abort(new Error('stop')));
  await expect(connecting).rejects.toThrow('stop');
});
