/** NOTIFY (RFC 5465) on servers that are scripted. */

import { describe, expect, test } from 'vitest';
import { refusalOf } from '../harness.ts';
import type { Script } from '../scripted-server.ts';
import { idling, watched } from './watched.ts';

const minute = 60_000;
const both = { capabilities: 'NOTIFY IDLE' };
const events = '(MessageNew MessageExpunge FlagChange)';

/** Answers NOTIFY so, and begins to IDLE where that is asked for. */
function notifying(answer: (text: string) => string): Script {
  return (line, socket) => {
    if (line.text.startsWith('NOTIFY')) return answer(line.text);
    return line.text === 'NOOP' ? '$ OK\r\n' : idling(line, socket);
  };
}

describe('NOTIFY', () => {
  test('asks for the folders that were named, and tells which has news', async () => {
    const paths = ['INBOX', 'Lists/a b', 'Work'];
    const script = notifying(
      () =>
        '* STATUS INBOX (MESSAGES 1)\r\n$ OK\r\n* STATUS "Lists/a b" (MESSAGES 2 UIDNEXT 9)\r\n' +
        '* STATUS Strange (MESSAGES 2)\r\n* 4 EXISTS\r\n* STATUS {4}\r\nWork (UNSEEN 2)\r\n',
    );
    const { next, server } = await watched(script, { ...both, paths });
    const told = [await next(), await next(), await next()];
    expect(told[0]).toBeNull();
    expect(new Set(told)).toEqual(new Set([null, 'Lists/a b', 'Work']));
    const asked = server.heard.find((line) => line.includes('NOTIFY'));
    expect(asked?.replace(/^\S+ /, '')).toBe(
      `NOTIFY SET STATUS (mailboxes ("INBOX" "Lists/a b" "Work") ${events})`,
    );
    expect(server.heard.some((line) => line.includes('EXAMINE'))).toBe(false);
  });

  test('asks for all of one’s own where a name is written in two ways', async () => {
    const paths = ['INBOX', 'Entwürfe', 'R & D', 'a&-b'];
    const script = notifying(
      () =>
        '$ OK\r\n* STATUS "Entw&APw-rfe" (MESSAGES 2)\r\n* STATUS "R &- D" (MESSAGES 3)\r\n' +
        '* STATUS "a&-b" (MESSAGES 3)\r\n',
    );
    const { next, server } = await watched(script, { ...both, paths });
    const told = [await next(), await next(), await next(), await next()];
    expect(told).toEqual([null, 'Entwürfe', 'R & D', 'a&-b']);
    const asked = server.heard.find((line) => line.includes('NOTIFY'));
    expect(asked).toContain(`SET STATUS (mailboxes ("INBOX") ${events}) (personal ${events})`);
  });

  test('a thousand folders are no line of a thousand names', async () => {
    const paths = Array.from({ length: 1_000 }, (_, index) => `Folder number ${index}`);
    const { next, server } = await watched(
      notifying(() => '$ OK\r\n'),
      { ...both, paths },
    );
    expect(await next()).toBeNull();
    const asked = server.heard.find((line) => line.includes('NOTIFY')) ?? '';
    expect(asked.length).toBeLessThan(8_192);
    expect(asked).toContain(`(personal ${events})`);
  });

  test('what cannot be read is news of unknown place', async () => {
    const script = notifying(() => '$ OK\r\n');
    let said = false;
    const { next, clock } = await watched((line, socket) => {
      if (line.text !== 'NOOP' || said) return script(line, socket);
      said = true;
      return '* STATUS "what (\r\n$ OK\r\n';
    }, both);
    expect(await next()).toBeNull();
    const news = next();
    await clock.advance(28 * minute);
    expect(await news).toBeNull();
  });

  test('without flags where the server does not tell them', async () => {
    const script = notifying((text) =>
      text.includes('FlagChange')
        ? '$ NO [BADEVENT (MessageNew MessageExpunge)] not that\r\n'
        : '$ OK\r\n',
    );
    const { next, heard } = await watched(script, both);
    expect(await next()).toBeNull();
    await heard(/NOTIFY SET STATUS \(mailboxes \("INBOX"\) \(MessageNew MessageExpunge\)\)/);
  });

  test.each([
    ['too many', '$ NO [NOTIFICATIONOVERFLOW] too many folders\r\n'],
    ['none of these events', '$ NO [BADEVENT ()] none\r\n'],
    ['a word it does not know', '$ BAD what is that\r\n'],
  ])('%s: IDLE on the first one instead', async (_title, answer) => {
    const { next, heard, server } = await watched(
      notifying(() => answer),
      both,
    );
    expect(await next()).toBeNull();
    await heard(/ EXAMINE "INBOX"/);
    await heard(/ IDLE$/);
    expect(server.heard.filter((line) => line.includes('AUTHENTICATE'))).toHaveLength(1);
  });

  test('that overflows: told as news of unknown place, then IDLE on another connection', async () => {
    const overflow = '* STATUS INBOX (MESSAGES 4)\r\n* OK [NOTIFICATIONOVERFLOW] enough\r\n';
    const { next, heard, server } = await watched(
      notifying(() => `$ OK\r\n${overflow}`),
      both,
    );
    const told = [await next(), await next(), await next()];
    expect(told).toEqual([null, 'INBOX', null]);
    await heard(/ IDLE$/);
    expect(server.heard.filter((line) => line.includes('NOTIFY'))).toHaveLength(1);
    expect(server.heard.filter((line) => line.includes('AUTHENTICATE'))).toHaveLength(2);
  });

  test('NOOP is said before the server takes us for gone, and must be answered', async () => {
    const { next, heard, clock } = await watched(
      (line, socket) => (line.text === 'NOOP' ? '' : notifying(() => '$ OK\r\n')(line, socket)),
      both,
    );
    expect(await next()).toBeNull();
    const news = refusalOf(next());
    await clock.advance(28 * minute);
    await heard(/ NOOP$/);
    await clock.advance(minute);
    expect(await news).toMatchObject({ exitStatus: 75, code: 'timeout' });
    expect(clock.due).toEqual([]);
  });

  test('the server hangs up', async () => {
    const { next } = await watched(
      notifying(() => '$ OK\r\n* BYE for now\r\n'),
      both,
    );
    expect(await next()).toBeNull();
    expect((await refusalOf(next())).message).toContain('for now');
  });
});
