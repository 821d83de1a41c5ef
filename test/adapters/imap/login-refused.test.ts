/** Refused logins that say nothing about the password, and refusals that say too much. */

import { afterEach, describe, expect, test } from 'vitest';
import { accountAt, connect, refusalOf } from './harness.ts';
import { scriptedServer, type Script, type ScriptedOptions } from './scripted-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function scripted(script: Script, options: ScriptedOptions = {}) {
  const server = await scriptedServer(script, options);
  stops.push(() => server.stop());
  return server;
}

describe('a BAD to AUTHENTICATE', () => {
  const polite = ({ text }: { text: string }): string | undefined =>
    text.startsWith('AUTHENTICATE') ? '$ BAD Command Error. 10\r\n' : undefined;

  test('is no wrong password: the next way is taken', async () => {
    const server = await scripted(({ text }) =>
      text.startsWith('LOGIN') ? '$ OK\r\n' : polite({ text }),
    );
    const session = await connect(accountAt(server.port));
    expect(session.facts.mechanism).toBe('LOGIN');
    await session.close();
  });

  test('the next mechanism comes before the command LOGIN', async () => {
    const server = await scripted(
      ({ text }) => (text.startsWith('AUTHENTICATE PLAIN') ? polite({ text }) : undefined),
      { capabilities: 'AUTH=CRAM-MD5' },
    );
    const session = await connect(accountAt(server.port));
    expect(session.facts.mechanism).toBe('CRAM-MD5');
    await session.close();
  });

  test.each(['LOGINDISABLED', ''])('told as what it is where no way is left %s', async (more) => {
    const server = await scripted(
      ({ text }) => (text.startsWith('LOGIN') ? '$ BAD Command Error. 10\r\n' : polite({ text })),
      { capabilities: more },
    );
    const error = await refusalOf(connect(accountAt(server.port)));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'login', code: 'refused' });
    expect(error.message).toContain('Command Error. 10');
    expect(error.message).not.toContain('password');
  });

  test('another method than the account asks for is not taken', async () => {
    const server = await scripted(polite);
    const error = await refusalOf(connect(accountAt(server.port, { auth: 'plain' })));
    expect(error).toMatchObject({ exitStatus: 69, layer: 'login' });
    expect(server.heard.some((line) => line.includes('LOGIN'))).toBe(false);
  });
});

test.each([
  'NO Exceeded the login limit for a one minute period',
  'NO [ALERT] Too many simultaneous connections. (Failure)',
  'NO too many connections from your address',
  'BAD Server Unavailable. 15',
  'NO [OVERQUOTA] Account exceeded command or bandwidth limits.',
  'NO Authentication service unavailable',
  'NO [UNAVAILABLE] Temporary authentication failure.',
])('not now is no wrong password: %s', async (words) => {
  const server = await scripted(({ text }) =>
    text.startsWith('AUTHENTICATE') ? `$ ${words}\r\n` : undefined,
  );
  const error = await refusalOf(connect(accountAt(server.port)));
  expect(error).toMatchObject({ exitStatus: 75, layer: 'login', retry: 'later' });
});

test('a pause that is asked for at the login', async () => {
  const words = 'BAD Request is throttled. Suggested Backoff Time: 9000 milliseconds';
  const server = await scripted(({ text }) =>
    text.startsWith('AUTHENTICATE') ? `$ ${words}\r\n` : undefined,
  );
  const error = await refusalOf(connect(accountAt(server.port)));
  expect(error).toMatchObject({ exitStatus: 75, layer: 'login', pauseMs: 9_000 });
});

test('a server that repeats the credentials does not get them told', async () => {
  const password = 'ein Pa55wort';
  const plain = Buffer.from(`\0mara\0${password}`).toString('base64');
  const server = await scripted(({ text }) =>
    text.startsWith('AUTHENTICATE') ? `$ NO no: ${password} ${plain}\r\n` : undefined,
  );
  const error = await refusalOf(connect(accountAt(server.port), { password }));
  const told = JSON.stringify([error.message, error.remedy, error.detail]);
  expect(error.exitStatus).toBe(77);
  expect(told).toContain('[secret]');
  for (const secretly of [password, plain]) expect(told).not.toContain(secretly);
});
