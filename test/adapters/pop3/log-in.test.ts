import { afterEach, describe, expect, it } from 'vitest';
import { answerAt, closeAt, stallAt } from '../../../src/demo/faults.ts';
import type { Pop3Options } from '../../../src/demo/pop3/server.ts';
import { userWith } from '../../demo/clients.ts';
import { opener, thrownBy } from './support.ts';

const { open, start, enter, cleanUp } = opener();
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
