/** Making folders: the namespace, SPECIAL-USE where the server takes it, and what it refuses. */

import { afterEach, describe, expect, test } from 'vitest';
import { scripted, stopAll } from './fixtures.ts';
import { refusalOf } from './harness.ts';

afterEach(stopAll);

const withUse = 'IMAP4rev1 AUTH=PLAIN SASL-IR NAMESPACE CREATE-SPECIAL-USE';

/** A server of these capabilities; `answers` by the command's first word, else OK. */
async function server(capabilities: string, answers: Readonly<Record<string, string>> = {}) {
  const created = await scripted(({ text }) => {
    const [command = ''] = text.split(' ');
    if (command === 'CAPABILITY') return `* CAPABILITY ${capabilities}\r\n$ OK\r\n`;
    if (['AUTHENTICATE', 'EXAMINE', 'LOGOUT'].includes(command)) return undefined;
    return answers[text] ?? answers[command] ?? '$ OK done\r\n';
  });
  const asked = (): string[] =>
    created.server.heard
      .map((line) => line.replace(/^\S+ /, ''))
      .filter((line) => /^(?:CREATE|SUBSCRIBE|NAMESPACE)/.test(line));
  const { session } = created;
  return { session, asked };
}

describe('the personal namespace', () => {
  test.each([
    ['* NAMESPACE (("INBOX." ".")) NIL NIL\r\n$ OK\r\n', 'INBOX.'],
    ['* NAMESPACE (("" "/")("#mh/" "/")) NIL NIL\r\n$ OK\r\n', ''],
    ['* NAMESPACE NIL NIL (("" "/"))\r\n$ OK\r\n', ''],
    ['$ NO not here\r\n', ''],
  ])('%j', async (answer, prefix) => {
    const { session } = await server(withUse, { NAMESPACE: answer });
    expect(await session.personalPrefix()).toBe(prefix);
  });

  test('is not asked for where the server knows none', async () => {
    const { session, asked } = await server('IMAP4rev1 AUTH=PLAIN SASL-IR');
    expect(await session.personalPrefix()).toBe('');
    expect(asked()).toEqual([]);
  });
});

describe('a folder', () => {
  test('is created for its use, and subscribed', async () => {
    const { session, asked } = await server(withUse);
    await session.createFolder('Entwürfe', 'drafts');
    expect(asked()).toEqual(['CREATE "Entw&APw-rfe" (USE (\\Drafts))', 'SUBSCRIBE "Entw&APw-rfe"']);
  });

  test('is created without its use where the server has none for it', async () => {
    const refused = '$ NO [USEATTR] \\Junk is not supported\r\n';
    const { session, asked } = await server(withUse, { 'CREATE "Spam" (USE (\\Junk))': refused });
    await session.createFolder('Spam', 'spam');
    expect(asked()).toEqual(['CREATE "Spam" (USE (\\Junk))', 'CREATE "Spam"', 'SUBSCRIBE "Spam"']);
  });

  test('that is there already is subscribed', async () => {
    const { session, asked } = await server(withUse, { CREATE: '$ NO [ALREADYEXISTS] it is\r\n' });
    await session.createFolder('Sent', 'sent');
    expect(asked()).toEqual(['CREATE "Sent" (USE (\\Sent))', 'SUBSCRIBE "Sent"']);
  });

  test.each([
    ['CREATE', 'cannot be made on the server: “[NOPERM] never”'],
    ['SUBSCRIBE', 'is made, but cannot be subscribed: “[NOPERM] never”'],
  ])('a refused %s reaches no further than the folder', async (command, words) => {
    const { session } = await server(withUse, { [command]: '$ NO [NOPERM] never\r\n' });
    const error = await refusalOf(session.createFolder('Sent', null));
    expect(error).toMatchObject({ reach: 'folder', message: `the folder Sent ${words}` });
  });
});
