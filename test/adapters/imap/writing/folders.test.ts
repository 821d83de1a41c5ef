/** RENAME, DELETE and SUBSCRIBE on servers without codes, with odd names, and with an open folder in the way. */

import { afterEach, describe, expect, test } from 'vitest';
import { scripted, stopAll } from '../fixtures.ts';
import { refusalOf } from '../harness.ts';
import type { Script } from '../scripted-server.ts';
import { withInbox } from './inbox.ts';

afterEach(stopAll);

function commands(heard: readonly string[]): string[] {
  return heard
    .map((line) => line.replace(/^\S+ /, ''))
    .filter((line) => /^(?:DELETE|RENAME|LSUB|LIST|SUB|UNSUB|UNSEL|EXAM)/.test(line));
}

/** Says yes to what it was told, and lists this. */
function listing(answers: Readonly<Record<string, string>>): Script {
  return withInbox(({ text }) => {
    const found = Object.entries(answers).find(([command]) => text.startsWith(command));
    if (found !== undefined) return found[1];
    return /^(?:DELETE|RENAME|LSUB|LIST|SUBSCRIBE|UNSUBSCRIBE|UNSELECT)/.test(text)
      ? '$ OK\r\n'
      : undefined;
  });
}

describe('deleting', () => {
  test.each([
    ['NO [NONEXISTENT] none', '$ OK\r\n', true],
    ['NO none', '$ OK\r\n', true],
    ['NO none', '* LIST (\\NonExistent) "/" "Old%"\r\n$ OK\r\n', true],
    ['NO none', '* LIST () "/" "Older"\r\n$ OK\r\n', true],
    ['NO busy', '* LIST () "/" "Old%"\r\n$ OK\r\n', false],
    ['NO [CANNOT] stays', '$ OK\r\n', false],
    ['BAD what', '* LIST () "/" "Old%"\r\n$ OK\r\n', false],
  ])('answered with %s', async (answer, listed, isGone) => {
    const { session, server } = await scripted(
      listing({ DELETE: `$ ${answer}\r\n`, LIST: listed }),
    );
    const deleted = session.deleteFolder('Old%');
    if (isGone) await deleted;
    else expect(await refusalOf(deleted)).toMatchObject({ reach: 'folder' });
    expect(commands(server.heard).includes('UNSUBSCRIBE "Old%"')).toBe(isGone);
  });

  test.each([
    ['UNSELECT', 'UNSELECT'],
    ['', 'EXAMINE INBOX'],
  ])('leaves the open folder first, with %j', async (capabilities, left) => {
    const { session, server } = await scripted(listing({}), { capabilities });
    await session.selectForWriting('Old');
    await session.deleteFolder('Old');
    expect(commands(server.heard)).toEqual([left, 'DELETE "Old"', 'UNSUBSCRIBE "Old"']);
  });
});

describe('renaming', () => {
  test('takes the subscriptions along, of those that are meant alone', async () => {
    const below =
      '* LSUB () "/" "A*/one"\r\n* LSUB () "/" "A*"\r\n* LSUB () "/" "Abc/two"\r\n$ OK\r\n';
    const { session, server } = await scripted(
      listing({
        'LSUB "" "A*/*"': below,
        'LSUB "" "A*"': '$ OK\r\n',
        LIST: '* LIST () "/" "A*"\r\n$ OK\r\n',
      }),
    );
    await session.folders();
    expect(session.delimiter).toBe('/');
    await session.renameFolder('A*', 'B');
    expect(commands(server.heard).slice(-5)).toEqual([
      'RENAME "A*" "B"',
      'SUBSCRIBE "B/one"',
      'UNSUBSCRIBE "A*/one"',
      'SUBSCRIBE "B"',
      'UNSUBSCRIBE "A*"',
    ]);
  });

  test.each([
    ['NO [NONEXISTENT] none', { code: 'no-such-folder', reach: 'folder' }],
    ['NO [ALREADYEXISTS] there is one', { exitStatus: 75, reach: 'folder' }],
  ])('answered with %s changes no subscription', async (answer, expected) => {
    const { session, server } = await scripted(
      listing({ RENAME: `$ ${answer}\r\n`, LSUB: '* LSUB () "/" "A"\r\n$ OK\r\n' }),
    );
    expect(await refusalOf(session.renameFolder('A', 'B'))).toMatchObject(expected);
    expect(commands(server.heard).at(-1)).toBe('RENAME "A" "B"');
  });
});
