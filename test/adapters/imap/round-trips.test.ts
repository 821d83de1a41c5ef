/** How often the server is waited for: a poll without news over a slow line is nothing but round trips. */

import { afterEach, expect, test } from 'vitest';
import { scripted, stopAll } from './fixtures.ts';
import type { Script } from './scripted-server.ts';

afterEach(stopAll);

const modern =
  'ID NAMESPACE ENABLE CONDSTORE QRESYNC LIST-EXTENDED LIST-STATUS SPECIAL-USE ESEARCH UIDPLUS';

const answers: Script = ({ text }) => {
  if (text.startsWith('AUTHENTICATE'))
    return `$ OK [CAPABILITY IMAP4rev1 SASL-IR ${modern}] in\r\n`;
  if (text.startsWith('ID')) return '* ID NIL\r\n$ OK\r\n';
  if (text.startsWith('ENABLE')) return '* ENABLED QRESYNC\r\n$ OK\r\n';
  if (text.startsWith('LIST'))
    return (
      '* LIST () "/" INBOX\r\n* LIST () "/" Sent\r\n' +
      '* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 12)\r\n' +
      '* STATUS "Sent" (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 8 HIGHESTMODSEQ 1)\r\n$ OK\r\n'
    );
  return text.startsWith('EXAMINE')
    ? '* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n* OK [HIGHESTMODSEQ 12]\r\n$ OK\r\n'
    : undefined;
};

function commands(heard: readonly string[]): string[] {
  return heard.map((line) => line.replace(/^\S+ /, ''));
}

test('a poll without news: a login and one LIST; ID is said on the way, and no farewell waited for', async () => {
  const { server, session } = await scripted(answers);
  const { folders } = await session.folders();
  expect(folders.map(({ status }) => status?.uidNext)).toEqual([9, 1]);
  expect(folders[0]?.status).toEqual({
    uidValidity: '7',
    uidNext: 9,
    exists: 3,
    highestModSeq: '12',
  });
  await session.close();
  await expect.poll(() => server.heard.length, { timeout: 5_000 }).toBe(4);
  const status = 'STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)';
  expect(commands(server.heard)).toEqual([
    expect.stringMatching(/^AUTHENTICATE PLAIN /),
    'ID ("name" "posthorn")',
    `LIST "" "*" RETURN (${status} SUBSCRIBED SPECIAL-USE)`,
    'LOGOUT',
  ]);
});

test('ID and ENABLE are not waited for', async () => {
  const silent: Script = (line, socket) =>
    /^(?:ID|ENABLE)/.test(line.text) ? '' : answers(line, socket);
  const { server, session } = await scripted(silent);
  const inbox = await session.select('INBOX');
  expect(inbox.status.highestModSeq).toBe('12');
  await session.select('INBOX');
  expect(commands(server.heard).slice(1)).toEqual([
    'ID ("name" "posthorn")',
    'ENABLE QRESYNC',
    'EXAMINE "INBOX"',
    'EXAMINE "INBOX"',
  ]);
});

test('ID goes out in one piece with the command that follows it', async () => {
  const octetsAt = new Map<string, number>();
  const { session } = await scripted((line, socket) => {
    octetsAt.set(line.text.replace(/ .*/, ''), socket.bytesRead);
    return answers(line, socket);
  });
  await session.folders();
  expect(octetsAt.get('ID')).toBe(octetsAt.get('LIST'));
  expect(octetsAt.get('ID')).toBeGreaterThan(octetsAt.get('AUTHENTICATE') ?? 0);
});

test('a server that has told its capabilities is not asked for them; one that has not is, once', async () => {
  const { server } = await scripted(({ text }) =>
    text.startsWith('AUTHENTICATE') ? '$ OK in\r\n' : undefined,
  );
  expect(commands(server.heard).filter((each) => each === 'CAPABILITY')).toHaveLength(1);
});

test('HIGHESTMODSEQ is asked for where it is known alone', async () => {
  const { server, session } = await scripted(({ text }) =>
    text.startsWith('LIST')
      ? '* LIST () "/" INBOX\r\n$ OK\r\n'
      : text.startsWith('STATUS')
        ? '* STATUS INBOX (MESSAGES 3)\r\n$ OK\r\n'
        : undefined,
  );
  const { folders } = await session.folders();
  expect(folders[0]?.status).toBeNull();
  await session.status('INBOX');
  expect(commands(server.heard).slice(-2)).toEqual([
    'LIST "" "*"',
    'STATUS "INBOX" (MESSAGES UIDNEXT UIDVALIDITY)',
  ]);
});
