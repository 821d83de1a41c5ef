/** What a server says about limits in the middle of a session: whom it stops, and for how long. */

import { afterEach, describe, expect, test } from 'vitest';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import type { MailboxSession } from '../../../src/ports/receiving/mailbox-source.ts';
import { scripted, scriptedInbox, stopAll } from './fixtures.ts';
import { refusalOf } from './harness.ts';

afterEach(stopAll);

const pause = 'Request is throttled. Suggested Backoff Time: 9000 milliseconds';

/** Each says one thing to the server beside logging in. */
const commands: [string, (session: MailboxSession) => Promise<unknown>][] = [
  ['LIST', (session) => session.folders()],
  ['STATUS', (session) => session.uidNext('INBOX')],
  ['EXAMINE', (session) => session.select('INBOX')],
  ['SELECT', (session) => session.selectForWriting('INBOX')],
];

describe.each(commands)('at %s', (command, ask) => {
  test.each<[string, object]>([
    [`NO ${pause}`, { exitStatus: 75, reach: 'account', pauseMs: 9_000 }],
    [`BAD [LIMIT] ${pause}`, { exitStatus: 75, reach: 'account', pauseMs: 9_000 }],
    ['NO [LIMIT] Too many commands', { exitStatus: 75, reach: 'account' }],
    [
      'NO [OVERQUOTA] Account exceeded command or bandwidth limits.',
      { exitStatus: 75, reach: 'account' },
    ],
    ['NO [UNAVAILABLE] Rate limit reached', { exitStatus: 75, reach: 'account' }],
  ])('%s', async (words, expected) => {
    const { session } = await scripted(({ text }) =>
      text.startsWith(command) ? `$ ${words}\r\n` : undefined,
    );
    expect(await refusalOf(ask(session))).toMatchObject(expected);
  });
});

test.each([
  'NO [INUSE] another session holds it',
  'NO [UNAVAILABLE] its disk is away',
  'NO [LIMIT] no',
])('what may be about the folder stops no other one: %s', async (words) => {
  const { session } = await scripted(({ text }) =>
    text.startsWith('EXAMINE') ? `$ ${words}\r\n` : undefined,
  );
  const error = await refusalOf(session.select('INBOX'));
  expect(error).toMatchObject({ exitStatus: 75, reach: 'folder', pauseMs: undefined });
});

describe('a BYE that names a pause', () => {
  test('for a greeting', async () => {
    const error = await refusalOf(scripted(() => undefined, { greeting: `* BYE ${pause}\r\n` }));
    expect(error).toMatchObject({ exitStatus: 75, layer: 'greeting', pauseMs: 9_000 });
  });

  test('in place of a login', async () => {
    const login = scripted(({ text }, socket) => {
      if (!text.startsWith('AUTHENTICATE')) return undefined;
      socket.end(`* BYE ${pause}\r\n`);
      return '';
    });
    const error = await refusalOf(login);
    expect(error).toMatchObject({ exitStatus: 75, layer: 'login', pauseMs: 9_000 });
  });

  test('in the middle of a fetch', async () => {
    const { inbox } = await scriptedInbox(({ text }, socket) => {
      if (!text.startsWith('UID FETCH')) return undefined;
      socket.end(`* BYE ${pause}\r\n`);
      return '';
    });
    const fetch = async (): Promise<void> => {
      for await (const batch of inbox.fetch(UidSet.of([1, 2]))) expect(batch).toEqual([]);
    };
    const error = await refusalOf(fetch());
    expect(error).toMatchObject({ exitStatus: 75, reach: 'account', pauseMs: 9_000 });
  });
});
