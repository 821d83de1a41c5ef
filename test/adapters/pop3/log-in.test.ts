import { afterEach, describe, expect, it } from 'vitest';
import { answerAt, closeAt, stallAt } from '../../../src/demo/faults.ts';
import type { Pop3Options } from '../../../src/demo/pop3/server.ts';
import { userWith } from '../../demo/clients.ts';
import { createPop3Source } from '../../../src/adapters/pop3/source.ts';
import { popAccount } from './account.ts';
import { startScripted } from './scripted-server.ts';
import { opener, thrownBy } from './support.ts';

const { open, start, kept, enter, cleanUp } = opener();
afterEach(cleanUp);

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
    const holder = await enter(port);
    expect(await thrownBy(enter(port))).toMatchObject({ exitStatus: 75, layer: 'login' });
    await holder.close();
    await (await enter(port)).close();
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

describe('a server with ways of its own', () => {
  const capabilities = ['USER', 'SASL PLAIN LOGIN', 'UIDL'];
  const plain = Buffer.from('\0mara\0geheim').toString('base64');

  /** Answers by the beginning of what is said. */
  async function scripted(answers: Record<string, string>, more: readonly string[] = capabilities) {
    const answer = (said: string) =>
      Object.entries(answers).find(([begin]) => begin !== '' && said.startsWith(begin))?.[1];
    return kept(await startScripted({ capabilities: more, answer }));
  }

  it.each(['+ \r\n', '+\r\n'])('asks by %j though the initial response was there', async (ask) => {
    const server = await scripted({ 'AUTH PLAIN': ask });
    const session = await enter(server.port);
    expect(session.facts.mechanism).toBe('PLAIN');
    expect(server.said.slice(1, 3)).toEqual([`AUTH PLAIN ${plain}`, plain]);
  });

  it.each(['auto', 'login'] as const)('refuses AUTH where USER is on offer: %s', async (auth) => {
    const server = await scripted({ AUTH: '-ERR unknown command\r\n' });
    const session = await enter(server.port, { server: { auth } });
    expect(session.facts.mechanism).toBe('USER');
    expect(server.said.slice(2, 4)).toEqual(['USER mara', 'PASS geheim']);
  });

  it.each([
    ['the code speaks of the password', {}, '-ERR [AUTH] no\r\n', 77],
    ['the server means: not now', {}, '-ERR server busy\r\n', 75],
    ['the account asks for PLAIN', { auth: 'plain' }, '-ERR no\r\n', 77],
  ] as const)('is asked but once where %s', async (_what, server, refusal, exitStatus) => {
    const { port, said } = await scripted({ AUTH: refusal });
    expect(await thrownBy(enter(port, { server }))).toMatchObject({ exitStatus });
    expect(said.some((line) => line.startsWith('USER'))).toBe(false);
  });

  it('is asked but once where it offers no USER, or refused the password itself', async () => {
    const without = await scripted({ AUTH: '-ERR no\r\n' }, ['SASL PLAIN', 'UIDL']);
    expect(await thrownBy(enter(without.port))).toMatchObject({ exitStatus: 77 });
    expect(without.said.some((line) => line.startsWith('USER'))).toBe(false);
    const server = await scripted({ 'AUTH PLAIN': '+ \r\n', [plain]: '-ERR no\r\n' });
    expect(await thrownBy(enter(server.port))).toMatchObject({ exitStatus: 77 });
    expect(server.said.some((line) => line.startsWith('USER'))).toBe(false);
  });

  it.each([
    ['as it is', 'geheimnis'],
    ['in base64', Buffer.from('\0mara\0geheimnis').toString('base64')],
  ])('repeats the password %s: nobody sees it', async (_what, echo) => {
    const refusal = `-ERR [AUTH] wrong: ${echo}\r\n`;
    const server = await scripted({ AUTH: refusal, USER: refusal, PASS: refusal });
    const source = createPop3Source();
    const account = popAccount({ port: server.port });
    const own = { username: 'mara', password: 'geheimnis' };
    const error = await thrownBy(source.connect(account, own, new AbortController().signal));
    expect(error.message).toContain('[secret]');
    expect(`${error.message} ${error.stack ?? ''}`).not.toContain(echo);
  });
});
