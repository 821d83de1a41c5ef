/** APPEND on servers that refuse, that ask to wait, and that hang up. */

import { afterEach, describe, expect, test } from 'vitest';
import type { Uploaded } from '../../../../src/ports/receiving/mailbox-source.ts';
import { scripted, stopAll } from '../fixtures.ts';
import { refusalOf } from '../harness.ts';
import type { Script } from '../scripted-server.ts';
import { uploaded, uploadOf } from './inbox.ts';

afterEach(stopAll);

const done: Uploaded = { kind: 'uploaded', uid: null, uidValidity: null };

function kinds(told: readonly Uploaded[]): string[] {
  return told.map(({ kind }) => kind);
}

/** Answers each message, which has no blanks and no line end, with what stands at its text. */
function byText(answers: Readonly<Record<string, string>>): Script {
  return ({ raw }) => (answers[raw] === undefined ? undefined : `$ ${answers[raw]}\r\n`);
}

/** Asks for each literal. */
function asking(script: Script): Script {
  return (line, socket) =>
    script(line, socket) ?? (/\{\d+\}$/.test(line.raw) ? '+ go\r\n' : undefined);
}

describe('with LITERAL+', () => {
  const options = { capabilities: 'LITERAL+ UIDPLUS' };

  test('many are on the wire before one is answered', async () => {
    const tags: string[] = [];
    const { session, server } = await scripted(({ raw, tag }) => {
      if (!['one', 'two', 'three'].includes(raw)) return undefined;
      tags.push(tag);
      if (tags.length < 3) return '';
      return tags.map((each, at) => `${each} OK [APPENDUID 5 ${at + 7}] in\r\n`).join('');
    }, options);
    const { told } = await uploaded(
      session,
      ['one', 'two', 'three'].map((text) => uploadOf(text)),
    );
    expect(told).toEqual([7, 8, 9].map((uid) => ({ kind: 'uploaded', uid, uidValidity: '5' })));
    const [command] = server.heard.filter((line) => line.includes('APPEND'));
    expect(command).toMatch(/^\S+ APPEND "INBOX" \(\) "02-Jan-2024 00:00:00 \+0000" \{3\+\}$/);
  });

  test.each([
    ['NO [TOOBIG] too big', 69],
    ['NO [CANNOT] never', 69],
    ['NO [LIMIT] not of this kind', 75],
    ['NO bare newlines', 75],
    ['BAD what', 75],
  ])('one is refused among others: %s', async (answer, exitStatus) => {
    for (const texts of [
      ['one', 'bad', 'two'],
      ['bad', 'one', 'two'],
    ]) {
      const script = byText({ one: 'OK', bad: answer, two: 'OK' });
      const { session } = await scripted(script, options);
      const { told, thrown } = await uploaded(
        session,
        texts.map((text) => uploadOf(text)),
      );
      expect(thrown).toBeNull();
      expect(kinds(told)).toEqual(texts.map((text) => (text === 'bad' ? 'refused' : 'uploaded')));
      const refused = told.find(({ kind }) => kind === 'refused');
      expect(refused).toMatchObject({ error: { exitStatus, reach: 'message' } });
    }
  });

  test.each([
    ['NO [OVERQUOTA] full', { exitStatus: 75, reach: 'folder' }],
    ['NO [TRYCREATE] none', { code: 'no-such-folder', reach: 'folder' }],
    ['NO [NOPERM] not yours', { exitStatus: 77, reach: 'folder' }],
    ['NO [UNAVAILABLE] later', { exitStatus: 75, reach: 'folder' }],
    ['NO Suggested Backoff Time: 60000', { exitStatus: 75, pauseMs: 60_000 }],
  ])('what concerns all is thrown behind what came before: %s', async (answer, expected) => {
    const answers = byText({ one: 'OK', bad: answer, two: 'OK' });
    const script: Script = (line, socket) =>
      line.text.startsWith('STATUS')
        ? '* STATUS INBOX (UIDNEXT 9)\r\n$ OK\r\n'
        : answers(line, socket);
    const { session } = await scripted(script, options);
    const texts = ['one', 'bad', 'two'];
    const { told, thrown } = await uploaded(
      session,
      texts.map((text) => uploadOf(text)),
    );
    expect(told).toEqual([done]);
    expect(thrown).toMatchObject(expected);
    expect(session.spent).toBe(false);
    expect(await session.uidNext('INBOX')).toBe(9);
  });

  test('where all are refused without a reason, it is the folder, and not all are sent', async () => {
    const { session, server } = await scripted(byText({ bad: 'NO no' }), options);
    const uploads = Array.from({ length: 100 }, () => uploadOf('bad'));
    const { told, thrown } = await uploaded(session, uploads);
    expect(told).toEqual([]);
    expect(thrown).toMatchObject({ exitStatus: 75, reach: 'folder' });
    expect(server.heard.filter((line) => line.includes('APPEND')).length).toBeLessThan(50);
  });

  test('the connection ends behind a literal', async () => {
    const { session } = await scripted(({ raw }, socket) => {
      if (raw === 'one') return '$ OK\r\n';
      if (raw !== 'two') return undefined;
      socket.end();
      return '';
    }, options);
    const uploads = ['one', 'two', 'three'].map((text) => uploadOf(text));
    const { told, thrown } = await uploaded(session, uploads);
    expect(told).toEqual([done]);
    expect(thrown).toMatchObject({ exitStatus: 75, reach: 'account' });
    expect(session.spent).toBe(true);
  });

  test('a BYE in the middle', async () => {
    const { session } = await scripted(({ raw }, socket) => {
      if (raw === 'one') socket.end('* BYE [TOOBIG] so large\r\n');
      return raw === 'one' ? '' : undefined;
    }, options);
    const { told, thrown } = await uploaded(session, [uploadOf('one'), uploadOf('two')]);
    expect(told).toEqual([]);
    expect(thrown).toMatchObject({ exitStatus: 75, message: expect.stringContaining('so large') });
  });

  test.each(['5 x', 'x 7', '5', '5 0', '5 7:8', ''])('APPENDUID %j tells nothing', async (args) => {
    const { session } = await scripted(byText({ one: `OK [APPENDUID ${args}] in` }), options);
    expect((await uploaded(session, [uploadOf('one')])).told).toEqual([done]);
  });

  test('flags and keywords go along, NUL where the server takes it, odd names as literals', async () => {
    const { session, server } = await scripted(
      ({ raw }) => {
        if (raw.startsWith('LIST') || / LIST /.test(raw))
          return Buffer.from('* LIST () "/" "Gr\xc3\xb6\xc3\x9fe"\r\n$ OK\r\n', 'latin1').toString(
            'utf8',
          );
        return raw === 'a\0b' ? '$ OK\r\n' : undefined;
      },
      { capabilities: 'LITERAL+ BINARY' },
    );
    const upload = uploadOf('a\0b', { flags: ['S', 'P'], keywords: ['work', 'no good'] });
    const all: Uploaded[] = [];
    for await (const each of session.upload('Name "x"\\', [upload])) all.push(each);
    expect(all).toEqual([done]);
    const command = server.heard.find((line) => line.includes('APPEND'));
    expect(command).toMatch(
      /^\S+ APPEND "Name \\"x\\"\\\\" \(\\Seen \$Forwarded work\) "[^"]*" ~\{3\+\}$/,
    );
  });

  test('a limit that is told beforehand is kept to', async () => {
    const { session, server } = await scripted(byText({ one: 'OK' }), {
      capabilities: 'LITERAL+ APPENDLIMIT=3',
    });
    const { told } = await uploaded(session, [uploadOf('four'), uploadOf('one')]);
    expect(kinds(told)).toEqual(['refused', 'uploaded']);
    expect(server.heard).not.toContain('four');
  });
});

describe('without LITERAL+', () => {
  test('each waits to be asked for, whatever the words', async () => {
    for (const words of ['+ go', '+ OK', '+', '+ ']) {
      const { session } = await scripted(({ raw }) => {
        if (/\{\d+\}$/.test(raw)) return `${words}\r\n`;
        return raw === 'one' || raw === 'two' ? '$ OK\r\n' : undefined;
      });
      const { told } = await uploaded(session, [uploadOf('one'), uploadOf('two')]);
      expect(told).toEqual([done, done]);
    }
  });

  test('one that is refused before it is sent is not sent', async () => {
    const script = asking(({ raw, text }) => {
      if (text.startsWith('APPEND') && raw.endsWith('{3}')) return '$ NO [TOOBIG] three\r\n';
      return raw === 'four' ? '$ OK\r\n' : undefined;
    });
    const { session, server } = await scripted(script);
    const { told } = await uploaded(
      session,
      ['one', 'four', 'two'].map((text) => uploadOf(text)),
    );
    expect(kinds(told)).toEqual(['refused', 'uploaded', 'refused']);
    expect(server.heard).not.toContain('one');
    await session.close();
  });

  test('a large one is refused before it is sent, where literals are not asked for either', async () => {
    const { session, server } = await scripted(
      ({ text }) => (text.startsWith('APPEND') ? '$ NO [OVERQUOTA] full\r\n' : undefined),
      { capabilities: 'LITERAL+' },
    );
    const { thrown } = await uploaded(session, [uploadOf('x'.repeat(300_000))]);
    expect(thrown).toMatchObject({ exitStatus: 75, reach: 'folder' });
    expect(server.heard.at(-1)).toMatch(/\{300000\}$/);
  });

  test.each([
    ['refused', '$ NO [TOOBIG] large\r\n'],
    ['hung up on', '* BYE\r\n'],
    ['begun and hung up on', '+ go\r\n* BYE\r\n'],
  ])('a large file is let go of where it is %s', async (_title, words) => {
    const { session } = await scripted(({ text }, socket) => {
      if (!text.startsWith('APPEND')) return undefined;
      if (words.startsWith('$')) return words;
      socket.end(words);
      return '';
    });
    let isOpen = false;
    const octets = async function* (): AsyncGenerator<Buffer> {
      isOpen = true;
      try {
        for (let piece = 0; piece < 1_000; piece += 1)
          yield await Promise.resolve(Buffer.alloc(100_000, 'x'));
      } finally {
        isOpen = false;
      }
    };
    await uploaded(session, [uploadOf('', { size: 100_000_000, octets })]);
    expect(isOpen).toBe(false);
  });

  test('a yes to what was not sent is not believed', async () => {
    const { session } = await scripted(({ text }) =>
      text.startsWith('APPEND') ? '$ OK [APPENDUID 5 7] in\r\n' : undefined,
    );
    const { told, thrown } = await uploaded(session, [uploadOf('one')]);
    expect(told).toEqual([]);
    expect(thrown).toMatchObject({ exitStatus: 75 });
    expect(session.spent).toBe(true);
  });

  test('LITERAL- spares the asking up to 4,096 octets', async () => {
    const texts = ['a'.repeat(4_096), 'b'.repeat(4_097)];
    const script = asking(({ raw }) => (texts.includes(raw) ? '$ OK\r\n' : undefined));
    const { session, server } = await scripted(script, { capabilities: 'LITERAL-' });
    const { told } = await uploaded(
      session,
      texts.map((text) => uploadOf(text)),
    );
    expect(told).toEqual([done, done]);
    const commands = server.heard.filter((line) => line.includes('APPEND'));
    expect(commands.map((line) => line.slice(line.indexOf('{')))).toEqual(['{4096+}', '{4097}']);
  });

  test('commands that follow a refused one are whole', async () => {
    const { session, server } = await scripted(({ text }) => {
      if (text.startsWith('APPEND')) return '$ NO [NOPERM] no\r\n';
      return text.startsWith('STATUS') ? '* STATUS INBOX (UIDNEXT 9)\r\n$ OK\r\n' : undefined;
    });
    await refusalOf(session.append('INBOX', Buffer.from('one'), [], 0));
    expect(await session.uidNext('INBOX')).toBe(9);
    expect(server.heard.at(-1)).toMatch(/STATUS "INBOX" \(UIDNEXT\)$/);
  });
});
