import { afterEach, describe, expect, it } from 'vitest';
import { answerAt } from '../../../src/demo/faults.ts';
import { userWith } from '../../demo/clients.ts';
import { corpus } from '../../servers/messages.ts';
import { fetched, listed, opener, thrownBy } from './support.ts';
import { startScripted } from './scripted-server.ts';

const { open, kept, enter, cleanUp } = opener();
afterEach(cleanUp);

describe('a listing', () => {
  it('has sizes for what they are worth', async () => {
    const session = await open(userWith('a\r\n'), { options: { listSize: () => 999_999 } });
    expect(await listed(session)).toMatchObject([{ number: 1, size: 999_999 }]);
    expect(await fetched(session)).toEqual([Buffer.from('a\r\n')]);
  });

  it.each([
    ['refused', '-ERR no\r\n', [null, null, null]],
    ['in another order, one missing', '+OK\r\n3 30\r\n1 10\r\n.\r\n', [10, null, 30]],
    [
      'with lines that make no sense',
      '+OK\r\n\r\n1 \r\nx\r\n2 20\r\n9 9\r\n.\r\n',
      [null, 20, null],
    ],
  ])('with LIST %s', async (_what, answer, sizes) => {
    const options = { onResponse: answerAt('LIST', answer) };
    const session = await open(userWith('a\r\n', 'b\r\n', 'c\r\n'), { options });
    expect((await listed(session)).map(({ size }) => size)).toEqual(sizes);
  });

  it('comes by number, whatever order the server has', async () => {
    const options = { onResponse: answerAt('UIDL', '+OK\r\n3 c\r\n1 a\r\n2 b\r\n.\r\n') };
    const session = await open(userWith('a\r\n', 'b\r\n', 'c\r\n'), { options });
    expect(await listed(session)).toMatchObject([
      { number: 1, id: 'a', size: 3 },
      { number: 2, id: 'b', size: 3 },
      { number: 3, id: 'c', size: 3 },
    ]);
  });

  it('tells messages with the same UIDL apart, and marks all of them', async () => {
    const uidls = ['same', 'other', 'same', 'same#2', 'same'];
    const options = { uidl: (_: string, number: number) => uidls[number - 1] ?? '' };
    const session = await open(userWith(...corpus(5)), { options });
    expect((await listed(session)).map(({ id, sharedUidl }) => [id, sharedUidl])).toEqual([
      ['same#1', 'same'],
      ['other', undefined],
      ['same#3', 'same'],
      ['same#2', undefined],
      ['same#4', 'same'],
    ]);
  });

  it('of an empty maildrop is empty, also where UIDL is refused then', async () => {
    for (const hide of [['UIDL'], ['UIDL', 'PIPELINING']]) {
      const session = await open(userWith(), { options: { hide } });
      expect(await session.list()).toEqual({ mail: [], complete: true });
    }
  });

  it('leaves out a line that nobody can read, and is not complete then', async () => {
    const answer = '+OK\r\n1 a\r\n2\r\n3 with a blank\r\n4 \t\r\nfive e\r\n.\r\n';
    const options = { onResponse: answerAt('UIDL', answer) };
    const session = await open(userWith(...corpus(5)), { options });
    const { mail, complete } = await session.list();
    expect(mail.map(({ id }) => id)).toEqual(['a', 'with a blank']);
    expect(complete).toBe(false);
  });

  it('says so where the server has no UIDL', async () => {
    const session = await open(userWith('a\r\n'), { options: { hide: ['UIDL'] } });
    const error = await thrownBy(session.list());
    expect(error).toMatchObject({ exitStatus: 69 });
    expect(error.message).toContain('UIDL');
    expect(session.spent).toBe(true);
  });

  it.each(['+OK\r\n1\r\n.\r\n', '+OK\r\n1 a\r\n1 b\r\n.\r\n', '+OK\r\nx y\r\n.\r\n'])(
    'refuses what makes no sense: %j',
    async (answer) => {
      const options = { onResponse: answerAt('UIDL', answer) };
      const session = await open(userWith('a\r\n', 'b\r\n'), { options });
      expect(await thrownBy(session.list())).toMatchObject({ exitStatus: 69 });
    },
  );

  it.each([
    ['of too many messages', (number: number) => `${number} ${number}\r\n`],
    ['of ids without end', (number: number) => `${number} ${'x'.repeat(900)}\r\n`],
    ['of lines that make no sense', () => `${'y'.repeat(900)}\r\n`],
  ])('%s ends with a sentence', async (_what, line) => {
    const answer = (command: string) => (command === 'UIDL' ? endless(line) : undefined);
    const { port } = kept(await startScripted({ answer, messages: corpus(1) }));
    const session = await enter(port);
    expect(await thrownBy(session.list())).toMatchObject({
      exitStatus: 69,
      message: expect.stringContaining('nothing of it is taken') as string,
    });
  });
});

function* endless(line: (number: number) => string): Generator<Buffer> {
  yield Buffer.from('+OK\r\n');
  for (let number = 1; ; number += 1000) {
    const lines = Array.from({ length: 1000 }, (_, at) => line(number + at));
    yield Buffer.from(lines.join(''));
  }
}
